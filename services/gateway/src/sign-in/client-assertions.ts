import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose';
import { z } from 'zod';
import { id, type identifyClient, type ReplyOf } from '@definitivedx/contracts';
import { algorithmsOf, OAuthError } from '../domain/oauth.js';

const longestLifeSeconds = 5 * 60;
const toleranceSeconds = 5;
/** Of a proof for this purpose; tokens made for others say so and are not taken for one. */
const types: readonly unknown[] = [undefined, 'JWT', 'jwt', 'client-authentication+jwt'];

const claimsOf = z.object({
  exp: z.number(),
  jti: z.string().min(1).max(200),
  // One audience: a proof that somebody else may use as well could be replayed by them.
  aud: z.union([z.string(), z.tuple([z.string()]).transform(([only]) => only)]),
});

type Client = NonNullable<ReplyOf<typeof identifyClient>['client']>;
type Key = Client['keys'][number];

/** What a proof says before anything in it is believed. @throws OAuthError when it cannot even be read. */
export function readAssertion(assertion: string): { clientId: string; keyId: string; algorithm: string } {
  try {
    const { alg, kid, typ } = decodeProtectedHeader(assertion);
    const clientId = id.parse(decodeJwt(assertion).sub);
    if (typeof alg !== 'string' || typeof kid !== 'string' || !types.includes(typ)) throw new Error('header');
    return { clientId, keyId: kid, algorithm: alg };
  } catch {
    throw new OAuthError(
      'invalid_client',
      'The client_assertion cannot be read. It is a JWT with alg, kid, and the client id as iss and sub.',
    );
  }
}

/** The key a proof names, when it may sign with the algorithm it names. */
export const keyFor = (client: Client, keyId: string, algorithm: string): Key | undefined =>
  client.keys.find(({ jwk }) => jwk['kid'] === keyId && algorithmsOf(jwk).includes(algorithm));

interface Expectations {
  readonly clientId: string;
  readonly algorithm: string;
  readonly audiences: readonly string[];
  readonly now: Date;
}

/**
 * Verifies a proof with a key that was known before, and nothing it brings along (RFC 7523).
 * @returns what makes it unique, and until when it has to be remembered.
 * @throws OAuthError `invalid_client`
 */
export async function verifyAssertion(
  assertion: string,
  key: Key,
  { clientId, algorithm, audiences, now }: Expectations,
): Promise<{ jti: string; rememberUntil: Date }> {
  try {
    // Kept as JSON by access; importing it refuses what is no key of this algorithm.
    const { payload } = await jwtVerify(assertion, await importJWK(key.jwk as unknown as JWK, algorithm), {
      algorithms: [algorithm],
      issuer: clientId,
      subject: clientId,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'jti'],
      clockTolerance: toleranceSeconds,
      currentDate: now,
    });
    const { exp, jti, aud } = claimsOf.parse(payload);
    if (!audiences.includes(aud)) throw new Error('audience');
    if (exp * 1000 - now.getTime() > (longestLifeSeconds + toleranceSeconds) * 1000)
      throw new Error('too long');
    return { jti, rememberUntil: new Date((exp + 2 * toleranceSeconds) * 1000) };
  } catch {
    throw new OAuthError(
      'invalid_client',
      `The client_assertion does not prove who you are. Sign it with a registered key, with iss and sub your client id, ` +
        `aud ${audiences[0] ?? ''}, a fresh jti, and exp at most five minutes from now.`,
    );
  }
}
