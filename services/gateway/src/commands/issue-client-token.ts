import type { ServiceContext } from '@definitivedx/bus';
import {
  clientTokenPrefix,
  identifyClient,
  noteClientToken,
  type InputOf,
  type Scope,
} from '@definitivedx/contracts';
import { keepClientToken, useUpAssertion } from '../data/client-tokens.js';
import { OAuthError, scopesFor, tokenRequestFrom } from '../domain/oauth.js';
import { keyFor, readAssertion, verifyAssertion } from '../sign-in/client-assertions.js';
import { hashOf, newSecret } from '../sign-in/secrets.js';

/** Short, as a program gets a new one without anybody's help. */
const lifetimeSeconds = 600;

export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly scopes: readonly Scope[];
}

interface Asked {
  readonly form: URLSearchParams;
  /** Network address of the request. */
  readonly from: string;
  /** What a proof may be made out to; the first one is named in messages. */
  readonly audiences: readonly string[];
}

/**
 * Gives a program an access token for a proof signed with a registered key (RFC 6749 §4.4, RFC 7523). Nothing is fetched
 * because of it, a proof counts once on all replicas, and what is given or refused is on the audit first.
 * @throws OAuthError, or AppError `unavailable` while it cannot be told.
 */
export async function issueClientToken(
  service: ServiceContext,
  { form, from, audiences }: Asked,
): Promise<IssuedToken> {
  const request = tokenRequestFrom(form);
  const { clientId, keyId, algorithm } = readAssertion(request.assertion);
  const self = await service.bus.self();
  const { client } = await service.bus.request(identifyClient, self, { clientId });
  if (!client || (request.clientId !== undefined && request.clientId !== clientId)) {
    throw new OAuthError('invalid_client', 'There is no such program, or it has been removed.');
  }
  const note = (entry: Omit<InputOf<typeof noteClientToken>, 'clientId' | 'from'>): Promise<unknown> =>
    service.bus.request(noteClientToken, self, { clientId, from, ...entry });
  const refusing = async <T>(
    reason: NonNullable<InputOf<typeof noteClientToken>['reason']>,
    work: () => T | Promise<T>,
  ): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof OAuthError) await note({ outcome: 'refused', reason });
      throw error;
    }
  };

  const now = service.clock.now();
  const key = await refusing('key', () => {
    const found = keyFor(client, keyId, algorithm);
    if (found) return found;
    throw new OAuthError('invalid_client', 'The program has no key of this kid that signs with this alg.');
  });
  const { jti, rememberUntil } = await refusing('assertion', () =>
    verifyAssertion(request.assertion, key, { clientId, algorithm, audiences, now }),
  );
  await refusing('replayed', async () => {
    if (await useUpAssertion(service.db, clientId, hashOf(jti), rememberUntil)) return;
    throw new OAuthError(
      'invalid_client',
      'This client_assertion was used before. Sign a new one with a fresh jti.',
    );
  });
  const scopes = await refusing('scope', () => scopesFor(request.scope, client.scopes));

  await note({ outcome: 'allowed', scopes });
  const accessToken = `${clientTokenPrefix}${newSecret()}`;
  await keepClientToken(service.db, {
    tokenHash: hashOf(accessToken),
    clientId,
    keyThumbprint: key.thumbprint,
    scopes,
    expiresAt: new Date(now.getTime() + lifetimeSeconds * 1000),
  });
  return { accessToken, expiresIn: lifetimeSeconds, scopes };
}
