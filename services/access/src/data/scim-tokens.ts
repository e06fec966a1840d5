import { statement, type Queryable, type Transaction } from '@definitivedx/db';

export interface ScimTokenRow {
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const columns = 'id, client_id as "clientId", created_at as "createdAt", expires_at as "expiresAt"';
const live = 'revoked_at is null and expires_at > $2';

const tokensOf = statement<ScimTokenRow>(
  'access.scim-tokens-of',
  `select ${columns} from scim_token where client_id = any ($1::uuid[]) and ${live} order by id`,
);

/** The SCIM tokens of programs that count now. */
export const liveScimTokens = (
  db: Queryable,
  clientIds: readonly string[],
  now: Date,
): Promise<ScimTokenRow[]> => db.run(tokensOf, [clientIds, now]);

const insert = statement<never>(
  'access.insert-scim-token',
  `insert into scim_token (id, client_id, hash, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
);

/** Keeps a token by the hash of its secret. */
export function keepScimToken(tx: Transaction, token: ScimTokenRow & { readonly hash: Buffer }): void {
  tx.later(insert, [token.id, token.clientId, token.hash, token.createdAt, token.expiresAt]);
}

const end = statement<{ id: string }>(
  'access.revoke-scim-token',
  `update scim_token t set revoked_at = $4 from client c
    where t.id = $1 and t.client_id = $2 and c.id = t.client_id and c.organisation_id = $3 and t.revoked_at is null
   returning t.id`,
);

/** Ends a token. @returns false when it is not one of that program's, or has ended. */
export async function endScimToken(
  tx: Transaction,
  of: { tokenId: string; clientId: string; organisationId: string },
  now: Date,
): Promise<boolean> {
  return (await tx.run(end, [of.tokenId, of.clientId, of.organisationId, now])).length > 0;
}
