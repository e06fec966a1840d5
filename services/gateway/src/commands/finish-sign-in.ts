import { v7 as uuidv7 } from 'uuid';
import { identifyMember, linkIdentity } from '@definitivedx/contracts';
import { AppError, invalidInput } from '@definitivedx/errors';
import { takeLoginAttempt, type LoginAttempt } from '../data/login-attempts.js';
import { endSession, insertNewSession } from '../data/sessions.js';
import { absoluteMs } from '../domain/session.js';
import { toldOf } from '../sign-in/callers.js';
import type { SignInContext } from '../sign-in/context.js';
import { prove, type Proved } from '../sign-in/exchange.js';
import { hashOf, newSecret } from '../sign-in/secrets.js';

export interface ProviderAnswer {
  /** Query of the callback address, as the browser brought it. */
  readonly query: URLSearchParams;
  /** Secret of the browser's sign-in cookie. */
  readonly browser: string | undefined;
  /** Secret of a session the browser may have: replaced by a sign-in, linked to by a second identity. */
  readonly session: string | undefined;
  /** Network address of the request. */
  readonly from: string;
}

/**
 * Checks the issuer's answer, and opens a session or links the identity, whichever was begun.
 * @returns the new session's secret, for the cookie, unless an identity was linked; and the local path to go to.
 * @throws AppError `invalid-input` for a state that is unknown, used or of another browser; `forbidden` for an answer
 * that does not verify, a sign-in without strong authentication or a person without an account; `unavailable`.
 */
export async function finishSignIn(
  context: SignInContext,
  answer: ProviderAnswer,
): Promise<{ secret?: string; returnTo: string }> {
  const attempt = await takeAttempt(context, answer);
  const { issuers, callbackUrl } = context;
  const issuer = attempt.issuer === null ? issuers.own : issuers.find(attempt.issuer);
  if (!issuer) throw invalidInput('This sign-in is at a place that nobody signs in with any more.');
  const proved = await prove(issuer, callbackUrl, answer.query, attempt);
  const { returnTo } = attempt;
  if (attempt.linkSessionId === null)
    return { secret: await openSession(context, answer, proved, attempt), returnTo };
  await link(context, answer, proved, attempt.linkSessionId);
  return { returnTo };
}

async function openSession(
  { service }: SignInContext,
  answer: ProviderAnswer,
  { issuer, subject, claims, issuerSubject, issuerSession, idToken }: Proved,
  { odsCode }: LoginAttempt,
): Promise<string> {
  const { bus, clock, db } = service;
  const { organisations = null, roleCodes = null, email } = claims;
  const sessionId = uuidv7();
  const { memberId } = await bus.request(identifyMember, await bus.self(), {
    ...toldOf({ sessionId, issuer, subject, odsCode, organisations, roleCodes, from: answer.from }),
    ...(email === undefined ? {} : { email }),
    signIn: true,
  });
  const now = clock.now();
  // A fresh secret at each sign-in: one that an attacker planted before is worth nothing after.
  const secret = newSecret();
  await insertNewSession(db, {
    secretHash: hashOf(secret),
    ...{ sessionId, memberId, issuer, subject, issuerSubject, issuerSession, idToken, odsCode },
    organisations: organisations && [...organisations],
    roleCodes: roleCodes && [...roleCodes],
    createdAt: now,
    lastSeenAt: now,
    endsAt: new Date(now.getTime() + absoluteMs),
  });
  if (answer.session) await endSession(db, hashOf(answer.session));
  return secret;
}

/** The browser must still hold the session in which this was begun: both identities are proved by the same person. */
async function link(
  { service, sessions, callers }: SignInContext,
  { session, from }: ProviderAnswer,
  { issuer, subject }: Proved,
  linkSessionId: string,
): Promise<void> {
  const credential = session === undefined ? undefined : await sessions.credentialOf(session);
  if (credential?.sessionId !== linkSessionId) {
    throw new AppError(
      'not-signed-in',
      'You are no longer signed in as you were when you began. Sign in again, and then add your other sign-in.',
    );
  }
  const { caller } = await callers.of({ ...credential, from });
  await service.bus.request(linkIdentity, caller, { issuer, subject });
}

async function takeAttempt(
  { service }: SignInContext,
  { query, browser }: ProviderAnswer,
): Promise<LoginAttempt> {
  const states = query.getAll('state');
  const [state] = states;
  const attempt =
    state !== undefined && states.length === 1 && browser !== undefined
      ? await takeLoginAttempt(service.db, hashOf(state), hashOf(browser), service.clock.now())
      : undefined;
  if (!attempt)
    throw invalidInput(
      'This sign-in was already used, has expired or was begun in another browser. Please sign in again.',
    );
  return attempt;
}
