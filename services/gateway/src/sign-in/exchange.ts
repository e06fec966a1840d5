import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  ClientError,
  fetchUserInfo,
  ResponseBodyError,
  type IDToken,
} from 'openid-client';
import { AppError, forbidden, unavailable } from '@definitivedx/errors';
import type { LoginAttempt } from '../data/login-attempts.js';
import { isStrong, mapClaims, type MappedClaims } from '../domain/claims.js';
import type { KnownIssuer } from './known-issuer.js';

/** What a sign-in has proved. */
export interface Proved {
  readonly issuer: string;
  /** Who it is, as the issuer's profile has it. */
  readonly subject: string;
  readonly claims: MappedClaims;
  /** How the issuer itself names person and session. */
  readonly issuerSubject: string;
  readonly issuerSession: string | null;
  readonly idToken: string;
}

/**
 * Exchanges the issuer's answer for an ID token, verifies it, and reads it.
 * @throws AppError `forbidden` for an answer that does not verify and for a sign-in without strong authentication,
 * `unavailable`.
 */
export async function prove(
  issuer: KnownIssuer,
  callbackUrl: URL,
  query: URLSearchParams,
  attempt: LoginAttempt,
): Promise<Proved> {
  const { profile, acrValues } = issuer.settings;
  const { token, idToken, info } = await exchange(issuer, callbackUrl, query, attempt);
  // What the ID token says was signed; UserInfo only adds to it.
  const claims = mapClaims(profile, { ...info, ...token });
  if (!isStrong(claims, acrValues)) {
    throw forbidden(
      'DefinitiveDx needs a sign-in with strong authentication. Please sign in again with your second factor.',
    );
  }
  if (claims.subject === undefined) throw refused(unverified, new Error('the token names nobody'));
  const session = token['sid'];
  return {
    issuer: token.iss,
    subject: claims.subject,
    claims,
    issuerSubject: token.sub,
    issuerSession: typeof session === 'string' && session !== '' ? session : null,
    idToken,
  };
}

async function exchange(
  issuer: KnownIssuer,
  callbackUrl: URL,
  query: URLSearchParams,
  attempt: LoginAttempt,
): Promise<{ token: IDToken; idToken: string; info: Record<string, unknown> }> {
  const configuration = await issuer.configuration();
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
    const token = tokens.claims();
    if (!token || tokens.id_token === undefined) throw new Error('the provider sent no ID token');
    const info = issuer.settings.profile.signIn.userInfo
      ? await fetchUserInfo(configuration, tokens.access_token, token.sub)
      : {};
    return { token, idToken: tokens.id_token, info };
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
