import type { Scope } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';

/** An access token of a program, known by its hash. */
export interface ClientToken {
  readonly tokenHash: Buffer;
  readonly clientId: string;
  readonly keyThumbprint: string;
  readonly scopes: Scope[];
  readonly expiresAt: Date;
}

const insertToken = statement<never>(
  'gateway.insert-client-token',
  `insert into client_token (token_hash, client_id, key_thumbprint, scopes, expires_at) values ($1, $2, $3, $4, $5)`,
);
const selectToken = statement<ClientToken>(
  'gateway.select-client-token',
  `select token_hash as "tokenHash", client_id as "clientId", key_thumbprint as "keyThumbprint", scopes,
          expires_at as "expiresAt"
     from client_token where token_hash = $1 and expires_at > $2`,
);

/** Keeps a token that was just made. */
export async function keepClientToken(db: Queryable, token: ClientToken): Promise<void> {
  const { tokenHash, clientId, keyThumbprint, scopes, expiresAt } = token;
  await db.run(insertToken, [tokenHash, clientId, keyThumbprint, scopes, expiresAt]);
}

/** The token of a hash while it lasts. */
export async function findClientToken(
  db: Queryable,
  tokenHash: Buffer,
  now: Date,
): Promise<ClientToken | undefined> {
  const [token] = await db.run(selectToken, [tokenHash, now]);
  return token;
}

const useAssertion = statement<{ one: number }>(
  'gateway.use-client-assertion',
  `insert into client_assertion (client_id, jti_hash, expires_at) values ($1, $2, $3)
   on conflict do nothing returning 1 as one`,
);

/** Uses a proof up, on whichever replica it arrives first. @returns false when it was used before. */
export async function useUpAssertion(
  db: Queryable,
  clientId: string,
  jtiHash: Buffer,
  expiresAt: Date,
): Promise<boolean> {
  return (await db.run(useAssertion, [clientId, jtiHash, expiresAt])).length > 0;
}
