import { identifyMember } from '@definitivedx/contracts';
import { AppError, invalidInput } from '@definitivedx/errors';
import type { MemberCaller } from '@definitivedx/auth';
import { actFor } from '../data/sessions.js';
import { toldOf, type Credential } from '../sign-in/callers.js';
import type { SignInContext } from '../sign-in/context.js';

/**
 * Switches a session to another organisation of its person's, openly: it is written to the audit first.
 * @throws AppError `forbidden` for an organisation that does not take this sign-in, `invalid-input` for a bearer
 * token, which says anew with each request for whom it acts.
 */
export async function switchOrganisation(
  { service, callers }: SignInContext,
  { caller, credential }: { caller: MemberCaller; credential: Credential },
  odsCode: string,
) {
  if (credential.tokenEndsAt !== undefined) {
    throw invalidInput('Send the header Acting-Organisation with each request instead.', [
      { path: 'Acting-Organisation', message: 'A bearer token chooses with this header.' },
    ]);
  }
  const { bus, db } = service;
  const chosen = { ...credential, odsCode };
  await bus.request(identifyMember, await bus.self(), {
    ...toldOf(chosen),
    signIn: false,
    switchedFrom: caller.organisationId,
  });
  if (!(await actFor(db, credential.sessionId, odsCode)))
    throw new AppError('not-signed-in', 'Your session has ended. Please sign in again.');
  return (await callers.of(chosen)).identity;
}
