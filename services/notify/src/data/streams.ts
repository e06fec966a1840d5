import type { streamEntry } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { z } from 'zod';

export type EntryKind = z.output<typeof streamEntry>['kind'];

export interface NewEntry {
  readonly kind: EntryKind;
  readonly caseId: string;
  readonly at: Date;
  /** The event it comes from, or what stands for it: a member hears of it once. */
  readonly sourceMessage: string;
}

export interface EntryRow {
  readonly sequence: number;
  readonly kind: EntryKind;
  readonly caseId: string;
  readonly at: Date;
}

// The counter row stays locked until commit, so a member's sequence has no gaps and appears in order. Members are
// counted in the order of their ids, so that two events for the same people cannot wait for each other in a ring.
const append = statement(
  'append-entries',
  `with told as (
     select *, row_number() over (partition by member_id order by n) as place, count(*) over (partition by member_id) as places
     from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) with ordinality as t (member_id, kind, case_id, source_message, n)
   ),
   counted as (
     insert into stream_position (member_id, last)
     select member_id, count(*) from told group by member_id order by member_id
     on conflict (member_id) do update set last = stream_position.last + excluded.last
     returning member_id, last
   )
   insert into stream_entry (member_id, sequence, kind, case_id, at, source_message)
   select member_id, counted.last - told.places + told.place, told.kind, told.case_id, $5::timestamptz, told.source_message
   from told join counted using (member_id)`,
);

export interface PersonalEntry extends Omit<NewEntry, 'at'> {
  readonly memberId: string;
}

/** Adds entries to members' streams, for each member in the order given. */
export function appendEntriesEach(tx: Transaction, entries: readonly PersonalEntry[], at: Date): void {
  if (entries.length === 0) return;
  tx.later(append, [
    entries.map((entry) => entry.memberId),
    entries.map((entry) => entry.kind),
    entries.map((entry) => entry.caseId),
    entries.map((entry) => entry.sourceMessage),
    at,
  ]);
}

/** Adds one entry to each member's stream. The members must be distinct. */
export function appendEntries(
  tx: Transaction,
  memberIds: readonly string[],
  { at, ...entry }: NewEntry,
): void {
  appendEntriesEach(
    tx,
    memberIds.map((memberId) => ({ memberId, ...entry })),
    at,
  );
}

const selectEntries = statement<EntryRow>(
  'select-entries',
  `select sequence, kind, case_id as "caseId", at from stream_entry
   where member_id = $1 and sequence > $2 order by sequence limit $3`,
);

/** A member's entries after a position, oldest first. */
export const entriesAfter = (
  db: Queryable,
  memberId: string,
  after: number,
  limit: number,
): Promise<EntryRow[]> => db.run(selectEntries, [memberId, after, limit]);

const selectLatest = statement<{ last: number }>(
  'select-latest',
  `select last from stream_position where member_id = $1`,
);

/** A member's latest position; 0 for an empty stream. */
export async function latestPosition(db: Queryable, memberId: string): Promise<number> {
  const [row] = await db.run(selectLatest, [memberId]);
  return row?.last ?? 0;
}

const lockCaseStatement = statement('lock-case', `select pg_advisory_xact_lock(hashtextextended($1, 0))`);

/**
 * Lets one event of a case be worked on at a time. Without it, a revoke handled between a share's check of who may see
 * the case and its commit would find nobody to tell that their access ended.
 */
export async function lockCase(tx: Transaction, caseId: string): Promise<void> {
  await tx.run(lockCaseStatement, [caseId]);
}

const selectTold = statement<{ memberId: string }>(
  'select-told',
  `select member_id as "memberId" from (
     select distinct on (member_id) member_id, kind from stream_entry
     where case_id = $1 order by member_id, sequence desc
   ) latest where kind <> 'access-ended'`,
);

/** Members who were told of a case and not yet that it ended for them. */
export const toldOfCase = async (tx: Transaction, caseId: string): Promise<string[]> =>
  (await tx.run(selectTold, [caseId])).map((row) => row.memberId);

const selectLatestKinds = statement<{ caseId: string; kind: EntryKind }>(
  'select-latest-kinds',
  `select distinct on (case_id) case_id as "caseId", kind from stream_entry
    where member_id = $1 and case_id = any ($2::uuid[]) order by case_id, sequence desc`,
);

/** What the member was told last about each of the cases. */
export async function latestKinds(
  tx: Transaction,
  memberId: string,
  caseIds: readonly string[],
): Promise<Map<string, EntryKind>> {
  const rows = await tx.run(selectLatestKinds, [memberId, caseIds]);
  return new Map(rows.map((row) => [row.caseId, row.kind]));
}
