import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { DraftOwner, Sealed } from './sealed-drafts.js';

/** A draft without what is in it. */
export interface DraftRow {
  readonly draftId: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly expiresAt: Date;
}

const columns = `id as "draftId", version, created_at as "createdAt", changed_at as "changedAt", expires_at as "expiresAt"`;

const hold = statement<never>(
  'drafts-hold',
  `select pg_advisory_xact_lock(hashtextextended('drafts ' || $1::text, 0))`,
);

const insert = statement<DraftRow>(
  'draft-insert',
  `insert into draft (id, member_id, key_id, wrapped_key, sealed, created_at, changed_at, expires_at)
   select $1::uuid, $2::uuid, $3, $4, $5, $6, $6, $7
    where (select count(*) from draft where member_id = $2::uuid and expires_at > $6) < $8
   returning ${columns}`,
);

/** Keeps a new draft; undefined when its member has as many as one may have. */
export async function insertDraft(
  tx: Transaction,
  { draftId, memberId }: DraftOwner,
  { keyId, wrappedKey, sealed }: Sealed,
  { at, expiresAt, most }: { at: Date; expiresAt: Date; most: number },
): Promise<DraftRow | undefined> {
  // Two at once would both count the same.
  await tx.run(hold, [memberId]);
  const values = [draftId, memberId, keyId, wrappedKey, sealed, at, expiresAt, most];
  const [row] = await tx.run(insert, values);
  return row;
}

const list = statement<DraftRow>(
  'drafts-of-member',
  `select ${columns} from draft where member_id = $1 and expires_at > $2 order by changed_at desc, id desc`,
);

/** A member's drafts, latest changed first. */
export const draftsOf = (db: Queryable, memberId: string, now: Date): Promise<DraftRow[]> =>
  db.run(list, [memberId, now]);

const read = statement<DraftRow & Sealed>(
  'draft-read',
  `select ${columns}, key_id as "keyId", wrapped_key as "wrappedKey", sealed
     from draft where id = $1 and member_id = $2 and expires_at > $3`,
);

/** A member's draft, or undefined: another's, one that has expired, none. */
export async function findDraft(
  db: Queryable,
  { draftId, memberId }: DraftOwner,
  now: Date,
): Promise<(DraftRow & Sealed) | undefined> {
  const [row] = await db.run(read, [draftId, memberId, now]);
  return row;
}

const change = statement<DraftRow>(
  'draft-change',
  `update draft set version = version + 1, key_id = $4, wrapped_key = $5, sealed = $6, changed_at = $3, expires_at = $7
    where id = $1 and member_id = $2 and expires_at > $3 and version = coalesce($8::integer, version)
   returning ${columns}`,
);

/** Puts other content into a draft; undefined when it is not there, or not in the version expected. */
export async function updateDraft(
  tx: Transaction,
  { draftId, memberId }: DraftOwner,
  { keyId, wrappedKey, sealed }: Sealed,
  { at, expiresAt, expectedVersion }: { at: Date; expiresAt: Date; expectedVersion: number | undefined },
): Promise<DraftRow | undefined> {
  const values = [draftId, memberId, at, keyId, wrappedKey, sealed, expiresAt, expectedVersion ?? null];
  const [row] = await tx.run(change, values);
  return row;
}

const remove = statement<never>('draft-delete', 'delete from draft where id = $1 and member_id = $2');

/** Deletes a member's draft, with the next round trip. */
export function deleteDraft(tx: Transaction, { draftId, memberId }: DraftOwner): void {
  tx.later(remove, [draftId, memberId]);
}

const removeAll = statement<{ one: number }>(
  'drafts-erase',
  'delete from draft where member_id = $1 returning 1 as one',
);

/** Deletes all of a member's drafts. @returns how many. */
export const eraseDrafts = async (tx: Transaction, memberId: string): Promise<number> =>
  (await tx.run(removeAll, [memberId])).length;

const purge = statement<{ one: number }>(
  'drafts-purge',
  `delete from draft where id in (
     select id from draft where expires_at <= $1 order by expires_at limit $2 for update skip locked)
   returning 1 as one`,
);

/** Deletes up to `limit` drafts that have expired. @returns how many. */
export const purgeDrafts = async (db: Queryable, now: Date, limit: number): Promise<number> =>
  (await db.run(purge, [now, limit])).length;
