import { statement, type Queryable } from '@definitivedx/db';
import type { WireError } from '@definitivedx/errors';

/** What was answered the first time: ids and codes, never content. */
export interface KeptReply {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error?: WireError;
}

export interface KeyRow {
  readonly requestHash: Buffer;
  readonly commandId: string;
  /** Which holder of the lease this is; an earlier one that comes back late changes nothing. */
  readonly attempt: number;
  readonly leasedUntil: Date;
  readonly status: number | null;
  readonly reply: KeptReply | null;
}

const columns = `request_hash as "requestHash", command_id as "commandId", attempt, leased_until as "leasedUntil", status, reply`;

// One statement decides between two requests with the same key that arrive at once. A lease that ran out is taken
// over with the command id it had, so that whatever its first holder achieved counts.
const leaseKey = statement<KeyRow>(
  'gateway.lease-idempotency-key',
  `insert into idempotency_key as k (member_id, key, request_hash, command_id, leased_until, created_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (member_id, key) do update set leased_until = excluded.leased_until, attempt = k.attempt + 1
     where k.status is null and k.request_hash = excluded.request_hash and k.leased_until <= $6
   returning ${columns}`,
);
const selectKey = statement<KeyRow>(
  'gateway.select-idempotency-key',
  `select ${columns} from idempotency_key where member_id = $1 and key = $2`,
);
const settleKey = statement<never>(
  'gateway.settle-idempotency-key',
  `update idempotency_key set status = $3, reply = $4
   where member_id = $1 and key = $2 and attempt = $5 and status is null`,
);
const releaseKey = statement<never>(
  'gateway.release-idempotency-key',
  `update idempotency_key set leased_until = $3
   where member_id = $1 and key = $2 and attempt = $4 and status is null`,
);

export interface LeaseRequest {
  readonly memberId: string;
  readonly key: string;
  readonly requestHash: Buffer;
  /** Used when the key is new. */
  readonly commandId: string;
  readonly now: Date;
  readonly leasedUntil: Date;
}

/** Takes the lease of a key when it is new or its lease ran out; undefined otherwise. */
export async function lease(db: Queryable, r: LeaseRequest): Promise<KeyRow | undefined> {
  const [row] = await db.run(leaseKey, [r.memberId, r.key, r.requestHash, r.commandId, r.leasedUntil, r.now]);
  return row;
}

export async function findKey(db: Queryable, memberId: string, key: string): Promise<KeyRow | undefined> {
  const [row] = await db.run(selectKey, [memberId, key]);
  return row;
}

/** Keeps the reply for every later request with this key. */
export async function settle(
  db: Queryable,
  held: { memberId: string; key: string; attempt: number },
  status: number,
  reply: KeptReply,
): Promise<void> {
  await db.run(settleKey, [held.memberId, held.key, status, JSON.stringify(reply), held.attempt]);
}

/** Gives the lease up after a failure of ours, so that a retry need not wait for it to run out. */
export async function release(
  db: Queryable,
  held: { memberId: string; key: string; attempt: number },
  now: Date,
): Promise<void> {
  await db.run(releaseKey, [held.memberId, held.key, now, held.attempt]);
}
