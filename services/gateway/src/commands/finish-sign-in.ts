import { v7 as uuidv7 } from 'uuid';
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  ClientError,
  ResponseBodyError,
  type IDToken,
} from 'openid-client';
import { AppError, forbidden, invalidInput, unavailable } from '@definitivedx/errors';
import { identifyMember } from '@definitivedx/contracts';
import { takeLoginAttempt, type LoginAttempt } from '../data/login-attempts.js';
import { endSession, insertNewSession } from '../data/sessions.js';
import { absoluteMs } from '../domain/session.js';
import type { SignInContext } from '../sign-in/context.js';
import { hashOf, newSecret } from '../sign-in/secrets.js';

export interface ProviderAnswer {
  /** Query of the callback address, as the browser brought it. */
  readonly query: URLSearchParams;
  /** Secret of the browser's sign-in cookie. */
  readonly browser: string | undefined;
  /** Secret of a session the browser may still have; it is replaced. */
  readonly replaces: string | undefined;
}

/**
 * Checks the provider's answer and opens a session.
 * @returns the new session's secret, for the cookie, and the local path to go to.
 * @throws AppError `invalid-input` for a state that is unknown, used or of another browser; `forbidden` for an answer
 * that does not verify, a sign-in without strong authentication or a person without an account; `unavailable`.
 */
export async function finishSignIn(
  context: SignInContext,
  answer: ProviderAnswer,
): Promise<{ secret: string; returnTo: string }> {
  const { service, options } = context;
  const attempt = await takeAttempt(context, answer);
  const { claims, idToken } = await exchange(context, answer.query, attempt);
  const acr = claims['acr'];
  if (typeof acr !== 'string' || !options.acrValues.includes(acr)) {
    throw forbidden(
      'DefinitiveDx needs a sign-in with strong authentication. Please sign in again with your second factor.',
    );
  }
  const { bus, clock, db } = service;
  const identity = { issuer: claims.iss, subject: claims.sub };
  const { memberId } = await bus.request(identifyMember, await bus.self(), { ...identity, signIn: true });
  const now = clock.now();
  // A fresh secret at each sign-in: one that an attacker planted before is worth nothing after.
  const secret = newSecret();
  await insertNewSession(db, {
    secretHash: hashOf(secret),
    sessionId: uuidv7(),
    memberId,
    ...identity,
    idToken,
    createdAt: now,
    lastSeenAt: now,
    endsAt: new Date(now.getTime() + absoluteMs),
  });
  if (answer.replaces) await endSession(db, hashOf(answer.replaces));
  return { secret, returnTo: attempt.returnTo };
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

async function exchange(
  { provider, callbackUrl }: SignInContext,
  query: URLSearchParams,
  attempt: LoginAttempt,
): Promise<{ claims: IDToken; idToken: string }> {
  const configuration = await provider.configuration();
  const currentUrl = new URL(callbackUrl);
  currentUrl.search = query.toString();
  try {
    const tokens = await authorizationCodeGrant(configuration, currentUrl, {
      pkceCodeVerifier: attempt.pkceVerifier,
      // The row was found by the hash of this very value, so it is the one that was sent out.
      expectedState: query.get('state') ?? '',
      expectedNonce: attempt.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims || tokens.id_token === undefined) throw new Error('the provider sent no ID token');
    return { claims, idToken: tokens.id_token };
  } catch (error) {
    throw refusal(error);
  }
}

/** What to tell the person when the exchange failed; the cause stays in the log. */
function refusal(error: unknown): Error {
  if (error instanceof AuthorizationResponseError)
    return refused('The sign-in was cancelled or refused. Please sign in again.', error);
  if (error instanceof ResponseBodyError && error.status < 500) return refused(unverified, error);
  if (error instanceof ClientError && !isTransport(error)) return refused(unverified, error);
  return unavailable('The sign-in service', error);
}

const unverified = 'The sign-in could not be verified. Please sign in again.';

/** The provider did not answer, or answered with a failure of its own. */
const isTransport = (error: ClientError): boolean =>
  error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM';

const refused = (message: string, cause: unknown): AppError => new AppError('forbidden', message, { cause });
