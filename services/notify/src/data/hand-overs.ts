import { statement, type Queryable, type Transaction } from '@definitivedx/db';

export interface HandOverRow {
  readonly id: string;
  readonly panelId: string;
  readonly outgoingId: string;
  readonly incomingId: string;
  readonly at: Date;
}

export interface ItemRow {
  readonly id: string;
  readonly caseId: string;
  readonly notedAt: Date | null;
  readonly escalatedAt: Date | null;
}

const insertHandOver = statement(
  'insert-hand-over',
  `insert into hand_over (id, panel_id, outgoing_id, incoming_id, at) values ($1, $2, $3, $4, $5)`,
);

/** Begins a hand-over; its items are added next, in the same transaction. */
export async function insertHandOverRow(tx: Transaction, row: HandOverRow): Promise<void> {
  await tx.run(insertHandOver, [row.id, row.panelId, row.outgoingId, row.incomingId, row.at]);
}

const insertItemRows = statement(
  'insert-hand-over-items',
  `insert into hand_over_item (id, hand_over_id, case_id, noted_at, escalated_at)
   select id, $1::uuid, case_id, noted_at, escalated_at
   from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[]) as t (id, case_id, noted_at, escalated_at)`,
);

/** Adds cases to a hand-over. */
export async function insertItems(
  tx: Transaction,
  handOverId: string,
  items: readonly ItemRow[],
): Promise<void> {
  await tx.run(insertItemRows, [
    handOverId,
    items.map((item) => item.id),
    items.map((item) => item.caseId),
    items.map((item) => item.notedAt),
    items.map((item) => item.escalatedAt),
  ]);
}

const openItem = 'accepted_at is null and dropped_at is null';

const handOverColumns = `h.id, h.panel_id as "panelId", h.outgoing_id as "outgoingId", h.incoming_id as "incomingId", h.at`;

const selectOpenOfPanel = statement<HandOverRow>(
  'select-open-hand-overs-of-panel',
  `select ${handOverColumns} from hand_over h where panel_id = $1 and closed_at is null order by id`,
);

/** Hand-overs of a panel that are not complete. */
export const openHandOversOf = (db: Queryable, panelId: string): Promise<HandOverRow[]> =>
  db.run(selectOpenOfPanel, [panelId]);

const selectOpen = statement<HandOverRow>(
  'select-open-hand-over',
  `select ${handOverColumns} from hand_over h where id = $1 and closed_at is null`,
);

/** A hand-over, unless it is complete. */
export async function findOpenHandOver(db: Queryable, id: string): Promise<HandOverRow | undefined> {
  return (await db.run(selectOpen, [id]))[0];
}

const lockOpen = statement<HandOverRow>(
  'lock-open-hand-overs',
  `select ${handOverColumns} from hand_over h where id = any ($1::uuid[]) and closed_at is null order by id for update`,
);

/**
 * Locks those of the hand-overs that are not complete. Whoever changes items or closes a hand-over does this first,
 * so that the last item settled is always seen as the last.
 */
export const lockHandOvers = (tx: Transaction, ids: readonly string[]): Promise<HandOverRow[]> =>
  ids.length === 0 ? Promise.resolve([]) : tx.run(lockOpen, [ids]);

const selectOpenItems = statement<ItemRow & { handOverId: string }>(
  'select-open-items',
  `select id, hand_over_id as "handOverId", case_id as "caseId", noted_at as "notedAt", escalated_at as "escalatedAt"
   from hand_over_item where hand_over_id = any ($1::uuid[]) and ${openItem} order by id`,
);

/** What is still to be accepted of the hand-overs, in the order of the lists. */
export const openItemsOf = (
  db: Queryable,
  handOverIds: readonly string[],
): Promise<(ItemRow & { handOverId: string })[]> => db.run(selectOpenItems, [handOverIds]);

const selectOpenWithCase = statement<HandOverRow>(
  'select-open-hand-overs-with-case',
  `select ${handOverColumns} from hand_over h join hand_over_item i on i.hand_over_id = h.id
   where i.case_id = $1 and i.accepted_at is null and i.dropped_at is null and h.closed_at is null order by h.id`,
);

/** Hand-overs in which a case is still to be accepted. */
export const openHandOversWith = (db: Queryable, caseId: string): Promise<HandOverRow[]> =>
  db.run(selectOpenWithCase, [caseId]);

const accept = statement(
  'accept-items',
  `update hand_over_item set accepted_at = $3 where hand_over_id = $1 and case_id = any ($2::uuid[]) and ${openItem}`,
);
const drop = statement(
  'drop-items',
  `update hand_over_item set dropped_at = $3 where hand_over_id = $1 and case_id = any ($2::uuid[]) and ${openItem}`,
);
const escalate = statement(
  'escalate-items',
  `with told as (update hand_over set lead_id = coalesce($3, lead_id) where id = $1)
   update hand_over_item set escalated_at = coalesce(escalated_at, $4) where hand_over_id = $1 and id = any ($2::uuid[])`,
);

/** Someone took responsibility for the cases. */
export async function acceptItems(
  tx: Transaction,
  handOverId: string,
  caseIds: readonly string[],
  at: Date,
): Promise<void> {
  await tx.run(accept, [handOverId, caseIds, at]);
}

/** The cases need no acceptance any more. */
export async function dropItems(
  tx: Transaction,
  handOverId: string,
  caseIds: readonly string[],
  now: Date,
): Promise<void> {
  await tx.run(drop, [handOverId, caseIds, now]);
}

/** Records that items were passed to the panel's lead, if it has one; the first time stays on record. */
export async function escalateItems(
  tx: Transaction,
  handOverId: string,
  itemIds: readonly string[],
  leadId: string | null,
  now: Date,
): Promise<void> {
  await tx.run(escalate, [handOverId, itemIds, leadId, now]);
}

// Two statements: one sees in its rows only what was there before it, so the timer goes with what the first closed.
const closeSettled = statement<{ id: string }>(
  'close-settled-hand-overs',
  `update hand_over h set closed_at = $2
   where id = any ($1::uuid[]) and closed_at is null
     and not exists (select from hand_over_item i where i.hand_over_id = h.id and i.accepted_at is null and i.dropped_at is null)
   returning id`,
);
const disarm = statement('disarm-hand-overs', `delete from timer where hand_over_id = any ($1::uuid[])`);

/** Closes those of the hand-overs, locked before, that have nothing left to accept, and ends their chasing. */
export async function closeSettledHandOvers(
  tx: Transaction,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  const closed = await tx.run(closeSettled, [ids, now]);
  if (closed.length > 0) await tx.run(disarm, [closed.map((row) => row.id)]);
}

const note = statement(
  'note-items',
  `update hand_over_item i set noted_at = $3 from hand_over h
   where h.id = i.hand_over_id and h.closed_at is null and h.outgoing_id = $2 and h.at <= $3
     and i.case_id = $1 and i.noted_at is null and i.accepted_at is null and i.dropped_at is null`,
);

/** The outgoing doctor wrote a note on a case after its hand-over began. */
export async function noteItems(tx: Transaction, caseId: string, authorId: string, at: Date): Promise<void> {
  await tx.run(note, [caseId, authorId, at]);
}
