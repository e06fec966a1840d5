import { statement, type Queryable } from '@definitivedx/db';
import type { ClientKey } from './clients.js';

/** A program whose published keys are to be read. */
export interface DueFetch {
  readonly id: string;
  readonly jwksUri: string;
  readonly failures: number;
}

const claim = statement<DueFetch>(
  'access.claim-key-fetches',
  `update client set fetch_due_at = $2
    where id in (
      select id from client where fetch_due_at <= $1 and revoked_at is null
      order by fetch_due_at limit $3 for update skip locked
    )
   returning id, jwks_uri as "jwksUri", fetch_failures as failures`,
);

/** Takes up to `limit` that are due; they come due again at `until` unless they are settled before. */
export const claimKeyFetches = (db: Queryable, now: Date, until: Date, limit: number): Promise<DueFetch[]> =>
  db.run(claim, [now, until, limit]);

// What was registered meanwhile stands: keys are only taken from the address that was read.
const succeed = statement<never>(
  'access.keep-fetched-keys',
  `update client set keys = $3, keys_fetched_at = $4, fetch_due_at = $5, fetch_failures = 0, fetch_problem = null
    where id = $1 and jwks_uri = $2`,
);
const fail = statement<never>(
  'access.note-failed-key-fetch',
  `update client set fetch_due_at = $3, fetch_failures = fetch_failures + 1, fetch_problem = $4
    where id = $1 and jwks_uri = $2`,
);

/** Keeps the keys that were read. */
export async function keepFetchedKeys(
  db: Queryable,
  due: DueFetch,
  keys: readonly ClientKey[],
  now: Date,
  next: Date,
): Promise<void> {
  await db.run(succeed, [due.id, due.jwksUri, JSON.stringify(keys), now, next]);
}

/** Keeps why they could not be read; those known before stay. */
export async function noteFailedFetch(
  db: Queryable,
  due: DueFetch,
  problem: string,
  next: Date,
): Promise<void> {
  await db.run(fail, [due.id, due.jwksUri, next, problem]);
}
