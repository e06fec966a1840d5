import {
  issuerPresets,
  type ApplicationForm,
  type IssuerProfile,
  type RegisteredIssuer,
} from '@definitivedx/contracts';
import type { Issue } from '@definitivedx/errors';

/** Crockford's digits: no two look alike, for people who read a reference out on the phone. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A reference made of ten random bytes. */
export const referenceOf = (random: Uint8Array): string =>
  `APP-${Array.from(random.subarray(0, 10), (byte) => digits[byte % 32] ?? '0').join('')}`;

type IssuerForm = ApplicationForm['issuer'];

const presetOf = ({ preset }: IssuerForm) => (preset === undefined ? undefined : issuerPresets[preset]);

/** How the applicant's issuer writes its tokens. The form names a preset or gives a profile, never both. */
export const profileOf = (form: IssuerForm): IssuerProfile => {
  const profile = presetOf(form)?.profile ?? form.profile;
  if (!profile) throw new Error('an application names neither a preset nor a profile');
  return profile;
};

/** The issuer that an application would register. */
export const issuerOf = (issuer: string, form: IssuerForm): RegisteredIssuer => ({
  issuer,
  discoveryUrl: form.discoveryUrl,
  clientId: form.clientId,
  shared: presetOf(form)?.shared ?? false,
  profile: profileOf(form),
  acrValues: [...(form.acrValues ?? presetOf(form)?.acrValues ?? [])],
  audience: form.audience ?? null,
});

/** What cannot be right about a form whose fields are each as they should be. */
export function issuesOf({ issuer, administrator }: ApplicationForm): Issue[] {
  const profile = profileOf(issuer);
  const issues: Issue[] = [];
  if (administrator.subject === undefined && profile.claims.email === undefined) {
    issues.push({
      path: 'administrator.subject',
      message:
        'This kind of issuer does not vouch for mail addresses. Say what it calls the administrator (the subject, in Entra the object id).',
    });
  }
  if (profile.claims.role && profile.roleGrants) {
    const granted = Object.values(profile.roleGrants).flat();
    if (!granted.includes('organisation-admin')) {
      issues.push({
        path: 'issuer.profile.roleGrants',
        message: 'No role may be an organisation-admin, so that the administrator could never act as one.',
      });
    }
    if (granted.includes('operator')) {
      issues.push({
        path: 'issuer.profile.roleGrants',
        message: 'Operators run the platform; an organisation cannot name any.',
      });
    }
  }
  return issues;
}
