import { describe, expect, it } from '@jest/globals';
import {
  applicationReference,
  issuerPresets,
  plainProfile,
  type ApplicationForm,
} from '@definitivedx/contracts';
import { issuerOf, issuesOf, referenceOf } from './application.js';

const contact = { name: 'A person', email: 'person@trust.invalid' };
const form = (
  issuer: Partial<ApplicationForm['issuer']>,
  administrator: Partial<ApplicationForm['administrator']> = {},
): ApplicationForm => ({
  odsCode: 'RXX',
  legalName: 'A trust',
  kind: 'trust',
  dataRegion: 'eu-west-2',
  agreement: {
    version: '1',
    signatory: { ...contact, role: 'Director' },
    controllers: [{ party: 'A trust', role: 'controller' }],
  },
  contacts: { caldicottGuardian: contact, clinicalSafetyOfficer: contact, dataProtectionOfficer: contact },
  issuer: { discoveryUrl: 'https://id.trust.invalid', clientId: 'ddx', ...issuer },
  administrator: { ...contact, ...administrator },
});
const paths = (one: ApplicationForm): string[] => issuesOf(one).map(({ path }) => path);

describe('an application', () => {
  it('has a reference that its contract takes, whatever the random bytes', () => {
    for (let byte = 0; byte < 256; byte += 1)
      expect(applicationReference.safeParse(referenceOf(new Uint8Array(16).fill(byte))).success).toBe(true);
  });

  it.each([
    ['an administrator known by mail, of an issuer that vouches for it', form({ preset: 'keycloak' }), []],
    ['one of an issuer that does not', form({ preset: 'entra' }), ['administrator.subject']],
    ['one known by subject', form({ preset: 'entra' }, { subject: 'x' }), []],
    [
      'roles without an administrator',
      form({
        profile: {
          ...plainProfile,
          claims: { ...plainProfile.claims, role: 'r' },
          roleGrants: { a: ['clinician'] },
        },
      }),
      ['issuer.profile.roleGrants'],
    ],
    [
      'roles with an operator',
      form({
        profile: {
          ...plainProfile,
          claims: { ...plainProfile.claims, role: 'r' },
          roleGrants: { a: ['organisation-admin', 'operator'] },
        },
      }),
      ['issuer.profile.roleGrants'],
    ],
  ])('with %s', (_what, one, expected) => {
    expect(paths(one)).toEqual(expected);
  });

  it('registers its issuer as its preset has it, unless it says otherwise', () => {
    const registered = issuerOf('https://am.invalid', form({ preset: 'cis2' }).issuer);
    expect(registered).toMatchObject({ shared: true, audience: null, profile: issuerPresets.cis2.profile });
    expect(registered.acrValues).toContain('AAL2_OR_AAL3_ANY');
    const own = form({ profile: plainProfile, acrValues: ['gold'], audience: 'urn:api' }).issuer;
    expect(issuerOf('https://id.invalid', own)).toMatchObject({
      shared: false,
      acrValues: ['gold'],
      audience: 'urn:api',
    });
  });
});
