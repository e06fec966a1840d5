import {
  checkApplication,
  submitApplication,
  type ApplicationForm,
  type ReplyOf,
} from '@definitivedx/contracts';
import { AppError, invalidInput, type Issue } from '@definitivedx/errors';
import { issuesOf } from '../domain/discovery.js';
import type { SignInContext } from '../sign-in/context.js';
import { discover, fetchKeys, Unfit } from '../sign-in/discovery.js';
import { hashOf, newSecret } from '../sign-in/secrets.js';

/** What the applicant needs to ask for progress, and to finish the client at their issuer. */
export interface Applied {
  readonly progress: ReplyOf<typeof submitApplication>;
  /** For the poll; kept as its hash. */
  readonly secret: string;
}

/** The secret's hash, as access keeps it. */
export const secretHashOf = (secret: string): string => hashOf(secret).toString('hex');

/**
 * Takes an organisation's application. Everything is looked at before anything is written: what can be told without
 * the network first, then its issuer.
 * @throws AppError `invalid-input` naming each field that is wrong, `conflict` for an organisation that is registered
 * or has applied.
 */
export async function apply(context: SignInContext, form: ApplicationForm, from: string): Promise<Applied> {
  const { bus } = context.service;
  const self = await bus.self();
  assertRegion(context, form);
  await bus.request(checkApplication, self, { form });
  const issuer = await reach(context, form.issuer.discoveryUrl);
  const secret = newSecret();
  const progress = await bus.request(submitApplication, self, {
    ...{ form, issuer, from },
    secretHash: secretHashOf(secret),
  });
  return { progress, secret };
}

function assertRegion({ options: { dataRegions } }: SignInContext, { dataRegion }: ApplicationForm): void {
  if (dataRegions.includes(dataRegion)) return;
  throw refused([
    { path: 'dataRegion', message: `is not offered here; choose one of: ${dataRegions.join(', ')}` },
  ]);
}

/** Asks the issuer for its discovery document and keys. @returns what it calls itself. */
async function reach({ issuers, options }: SignInContext, discoveryUrl: string): Promise<string> {
  const path = 'issuer.discoveryUrl';
  if (!options.allowHttp && !discoveryUrl.startsWith('https://'))
    throw refused([{ path, message: 'must be an https address' }]);
  try {
    const document = await discover(issuers.outbound, {
      discoveryUrl,
      authentication: 'private_key_jwt',
      allowHttp: options.allowHttp,
    });
    await fetchKeys(issuers.outbound, document.jwks_uri);
    return document.issuer;
  } catch (error) {
    if (error instanceof Unfit) throw refused(issuesOf(path, error.wrong));
    if (error instanceof AppError && error.code === 'invalid-input')
      throw refused([{ path, message: error.message }]);
    if (error instanceof AppError && error.code === 'unavailable')
      throw refused([
        { path, message: 'did not answer; check the address and that it can be reached from outside' },
      ]);
    throw error;
  }
}

const refused = (issues: readonly Issue[]): AppError =>
  invalidInput('Please correct the places named, and apply again. Nothing was kept.', issues);
