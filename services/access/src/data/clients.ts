import type { Scope } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { PublicJwk } from '../domain/client-keys.js';

/** A key with its thumbprint, by which the tokens got with it are known. */
export interface ClientKey {
  readonly jwk: PublicJwk;
  readonly thumbprint: string;
}

export interface ClientRow {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  readonly scopes: Scope[];
  readonly keys: ClientKey[];
  readonly jwksUri: string | null;
  readonly keysFetchedAt: Date | null;
  readonly fetchProblem: string | null;
  readonly createdAt: Date;
}

const columns = `id, organisation_id as "organisationId", name, scopes, keys, jwks_uri as "jwksUri",
  keys_fetched_at as "keysFetchedAt", fetch_problem as "fetchProblem", created_at as "createdAt"`;

const insertClient = statement<ClientRow>(
  'access.insert-client',
  `insert into client (id, organisation_id, name, scopes, keys, jwks_uri, fetch_due_at, created_at, created_by)
   values ($1, $2, $3, $4, $5, $6::text, case when $6::text is not null then $7::timestamptz end, $7, $8)
   returning ${columns}`,
);

export interface NewClient {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly keys: readonly ClientKey[];
  readonly jwksUri: string | undefined;
  readonly createdBy: string;
}

/** Keeps a new program; where it publishes its keys they are due to be read at once. */
export async function keepClient(
  tx: Transaction,
  client: NewClient,
  now: Date,
): Promise<ClientRow | undefined> {
  const { id, organisationId, name, scopes, keys, jwksUri, createdBy } = client;
  const values = [id, organisationId, name, scopes, JSON.stringify(keys), jwksUri ?? null, now, createdBy];
  const [row] = await tx.run(insertClient, values);
  return row;
}

const countClients = statement<{ count: number }>(
  'access.count-clients',
  'select count(*)::int as count from client where organisation_id = $1 and revoked_at is null',
);

/** How many programs an organisation has. */
export async function clientCount(tx: Transaction, organisationId: string): Promise<number> {
  const [row] = await tx.run(countClients, [organisationId]);
  return row?.count ?? 0;
}

const replaceKeys = statement<ClientRow>(
  'access.replace-client-keys',
  `update client
      set keys = $3, jwks_uri = $4::text, keys_fetched_at = null, fetch_failures = 0, fetch_problem = null,
          fetch_due_at = case when $4::text is not null then $5::timestamptz end
    where id = $1 and organisation_id = $2 and revoked_at is null
   returning ${columns}`,
);

/** Puts other keys in the place of a program's; undefined when it is not one of the organisation's. */
export async function replaceKeysOf(
  tx: Transaction,
  client: { clientId: string; organisationId: string },
  keys: readonly ClientKey[],
  jwksUri: string | undefined,
  now: Date,
): Promise<ClientRow | undefined> {
  const { clientId, organisationId } = client;
  const [row] = await tx.run(replaceKeys, [
    clientId,
    organisationId,
    JSON.stringify(keys),
    jwksUri ?? null,
    now,
  ]);
  return row;
}

const endClient = statement<{ id: string }>(
  'access.revoke-client',
  `update client set revoked_at = $3
    where id = $1 and organisation_id = $2 and revoked_at is null returning id`,
);

/** Ends a program. @returns false when it is not one of the organisation's. */
export async function endClientOf(
  tx: Transaction,
  clientId: string,
  organisationId: string,
  now: Date,
): Promise<boolean> {
  return (await tx.run(endClient, [clientId, organisationId, now])).length > 0;
}

const clientsOf = statement<ClientRow>(
  'access.clients-of',
  `select ${columns} from client where organisation_id = $1 and revoked_at is null order by id limit 200`,
);

/** The programs of an organisation, oldest first. */
export const listClientRows = (db: Queryable, organisationId: string): Promise<ClientRow[]> =>
  db.run(clientsOf, [organisationId]);

const lockClient = statement<ClientRow>(
  'access.lock-client',
  `select ${columns} from client where id = $1 and organisation_id = $2 and revoked_at is null for update`,
);

/** One program of an organisation, held until the transaction ends. */
export async function lockClientOf(
  tx: Transaction,
  clientId: string,
  organisationId: string,
): Promise<ClientRow | undefined> {
  const [row] = await tx.run(lockClient, [clientId, organisationId]);
  return row;
}

/** What the gateway may know of a program that acts. */
export type ActiveClient = Pick<ClientRow, 'id' | 'organisationId' | 'scopes' | 'keys'>;

const activeColumns = 'c.id, c.organisation_id as "organisationId", c.scopes, c.keys';
const active = `from client c join organisation o on o.id = c.organisation_id and o.status = 'active'`;

const activeClient = statement<ActiveClient>(
  'access.active-client',
  `select ${activeColumns} ${active} where c.id = $1 and c.revoked_at is null`,
);
const byScimToken = statement<ActiveClient>(
  'access.client-by-scim-token',
  `select ${activeColumns} ${active} join scim_token t on t.client_id = c.id
    where t.hash = $1 and t.revoked_at is null and t.expires_at > $2 and c.revoked_at is null
      and 'scim' = any (c.scopes)`,
);

/** A program that may act now. */
export async function findActiveClient(db: Queryable, clientId: string): Promise<ActiveClient | undefined> {
  const [row] = await db.run(activeClient, [clientId]);
  return row;
}

/** The program that may provision people with a secret now. */
export async function findByScimToken(
  db: Queryable,
  hash: Buffer,
  now: Date,
): Promise<ActiveClient | undefined> {
  const [row] = await db.run(byScimToken, [hash, now]);
  return row;
}

const organisationOf = statement<{ organisationId: string }>(
  'access.client-organisation',
  'select organisation_id as "organisationId" from client where id = $1',
);

/** Whose a program is or was. */
export async function organisationOfClient(db: Queryable, clientId: string): Promise<string | undefined> {
  const [row] = await db.run(organisationOf, [clientId]);
  return row?.organisationId;
}
