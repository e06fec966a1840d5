import { statement, type Queryable, type Statement } from '@definitivedx/db';

/** Rows per statement: short locks, also after a long standstill. */
export const purgeBatch = 1_000;

/**
 * SKIP LOCKED lets replicas purge at once without waiting for each other.
 * `condition` is our own constant text over $1.
 */
const deleteOld = (table: string, key: string, condition: string): Statement<{ one: number }> =>
  statement(
    `gateway.purge-${table.replaceAll('_', '-')}`,
    `delete from ${table} where (${key}) in (
       select ${key} from ${table} where ${condition} limit ${String(purgeBatch)} for update skip locked
     ) returning 1 as one`,
  );

const attempts = deleteOld('login_attempt', 'state_hash', 'expires_at <= $1');
const sessions = deleteOld('session', 'secret_hash', 'ends_at <= $1 or last_seen_at <= $2');
const logoutTokens = deleteOld('logout_token', 'issuer, jti', 'expires_at <= $1');
const keys = deleteOld('idempotency_key', 'member_id, key', 'created_at <= $1');

const tokens = deleteOld('client_token', 'token_hash', 'expires_at <= $1');
const assertions = deleteOld('client_assertion', 'client_id, jti_hash', 'expires_at <= $1');

/** Deletes what has ended, at most a batch of each kind. @returns true when there may be more. */
export async function purgeOnce(
  db: Queryable,
  before: { now: Date; idleSince: Date; keysSince: Date },
): Promise<boolean> {
  const gone = [
    await db.run(attempts, [before.now]),
    await db.run(sessions, [before.now, before.idleSince]),
    await db.run(logoutTokens, [before.now]),
    await db.run(keys, [before.keysSince]),
    await db.run(tokens, [before.now]),
    await db.run(assertions, [before.now]),
  ];
  return gone.some((rows) => rows.length === purgeBatch);
}
