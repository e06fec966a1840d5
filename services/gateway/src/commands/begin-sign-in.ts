import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client';
import { keepLoginAttempt } from '../data/login-attempts.js';
import { localPath } from '../domain/return-to.js';
import type { SignInContext } from '../sign-in/context.js';
import { hashOf, newSecret } from '../sign-in/secrets.js';

/** How long a person may take at the provider, in milliseconds. */
export const attemptMs = 10 * 60_000;

/**
 * Begins a sign-in: keeps what the answer will be checked against, one row per tab.
 * @param browser secret of the browser's sign-in cookie; the answer is only taken from the same browser.
 * @returns the provider's address to send the browser to.
 * @throws AppError `unavailable` while the provider cannot be reached.
 */
export async function beginSignIn(
  { service, provider, options, callbackUrl }: SignInContext,
  { returnTo, browser }: { returnTo: string | undefined; browser: string },
): Promise<URL> {
  const configuration = await provider.configuration();
  const [state, nonce, pkceVerifier] = [newSecret(), randomNonce(), randomPKCECodeVerifier()];
  await keepLoginAttempt(service.db, {
    stateHash: hashOf(state),
    browserHash: hashOf(browser),
    pkceVerifier,
    nonce,
    returnTo: localPath(returnTo),
    expiresAt: new Date(service.clock.now().getTime() + attemptMs),
  });
  return buildAuthorizationUrl(configuration, {
    redirect_uri: callbackUrl.href,
    scope: 'openid',
    state,
    nonce,
    acr_values: options.acrValues.join(' '),
    code_challenge: await calculatePKCECodeChallenge(pkceVerifier),
    code_challenge_method: 'S256',
  });
}
