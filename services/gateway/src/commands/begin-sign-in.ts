import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client';
import { issuersOfOrganisation } from '@definitivedx/contracts';
import { invalidInput, unavailable } from '@definitivedx/errors';
import { keepLoginAttempt } from '../data/login-attempts.js';
import { localPath } from '../domain/return-to.js';
import type { SignInContext } from '../sign-in/context.js';
import type { KnownIssuer } from '../sign-in/known-issuer.js';
import { hashOf, newSecret } from '../sign-in/secrets.js';

/** How long a person may take at the provider, in milliseconds. */
export const attemptMs = 10 * 60_000;

interface Wish {
  readonly returnTo?: string | undefined;
  /** Secret of the browser's sign-in cookie; the answer is only taken from the same browser. */
  readonly browser: string;
  /** The organisation to sign in for, by its ODS code; at the deployment's own issuer when absent. */
  readonly organisation?: string | undefined;
  /** One of that organisation's issuers; the first when absent. */
  readonly issuer?: string | undefined;
  /** The session whose member proves a second identity, instead of a sign-in. */
  readonly linkSessionId?: string | undefined;
}

/**
 * Begins a sign-in: keeps what the answer will be checked against, one row per tab.
 * @returns the issuer's address to send the browser to.
 * @throws AppError `invalid-input` for an organisation nobody signs in for, `unavailable` while the issuer cannot be
 * reached.
 */
export async function beginSignIn(context: SignInContext, wish: Wish): Promise<URL> {
  const { service, callbackUrl } = context;
  const issuer = await issuerFor(context, wish);
  const { profile, acrValues } = issuer.settings;
  const configuration = await issuer.configuration();
  const [state, nonce, pkceVerifier] = [newSecret(), randomNonce(), randomPKCECodeVerifier()];
  const linking = wish.linkSessionId !== undefined;
  await keepLoginAttempt(service.db, {
    stateHash: hashOf(state),
    browserHash: hashOf(wish.browser),
    pkceVerifier,
    nonce,
    returnTo: localPath(wish.returnTo),
    expiresAt: new Date(service.clock.now().getTime() + attemptMs),
    issuer: issuer.settings.issuer,
    odsCode: linking ? null : (wish.organisation ?? null),
    linkSessionId: wish.linkSessionId ?? null,
  });
  return buildAuthorizationUrl(configuration, {
    redirect_uri: callbackUrl.href,
    scope: profile.signIn.scopes.join(' '),
    state,
    nonce,
    acr_values: profile.signIn.acrRequest ?? acrValues.join(' '),
    code_challenge: await calculatePKCECodeChallenge(pkceVerifier),
    code_challenge_method: 'S256',
    // Whoever is signed in there already, perhaps by somebody else's doing, must not be linked without noticing.
    ...(linking ? { prompt: 'login' } : {}),
  });
}

async function issuerFor({ service, issuers }: SignInContext, wish: Wish): Promise<KnownIssuer> {
  const { organisation, issuer: wanted } = wish;
  if (organisation === undefined) {
    if (wanted !== undefined && wanted !== issuers.own.settings.issuer)
      throw wrong('issuer', 'Say for which organisation, too.');
    return issuers.own;
  }
  const { bus } = service;
  const registered = await bus.request(issuersOfOrganisation, await bus.self(), { odsCode: organisation });
  if (registered.issuers.length === 0)
    throw wrong('organisation', 'No organisation with this ODS code has members who sign in here.');
  const names = registered.issuers.filter((name) => wanted === undefined || name === wanted);
  if (names.length === 0) throw wrong('issuer', 'This organisation does not sign in there.');
  const known = names.flatMap((name) => issuers.find(name) ?? []);
  // Registered a moment ago, and not in our list yet.
  if (known.length === 0) throw unavailable('The sign-in service');
  const usable = known.find(({ settings }) => settings.clientId !== null);
  if (!usable)
    throw wrong('organisation', 'This organisation’s people do not sign in through us, only its programs.');
  return usable;
}

const wrong = (path: string, message: string) =>
  invalidInput(`The sign-in cannot begin. ${message}`, [{ path, message }]);
