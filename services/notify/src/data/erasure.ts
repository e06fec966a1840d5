import { statement, type Queryable, type Transaction } from '@definitivedx/db';

const onRotas = statement<{ panelId: string }>(
  'erasure-on-rotas',
  `select panel_id as "panelId" from shift where member_id = $1
    union
   select panel_id from rota_override where member_id = $1 and ends_at > $2
    order by 1`,
);

/** Panels on whose rota a member is, or for which they stand in now or later. */
export const panelsOnCallFor = async (db: Queryable, memberId: string, now: Date): Promise<string[]> =>
  (await db.run(onRotas, [memberId, now])).map(({ panelId }) => panelId);

const openHandOvers = statement<{ handOvers: number }>(
  'erasure-open-hand-overs',
  `select count(*)::int as "handOvers" from hand_over
    where closed_at is null and $1 in (outgoing_id, incoming_id)`,
);

/** How many hand-overs from or to a member are not finished. */
export async function openHandOversOf(db: Queryable, memberId: string): Promise<number> {
  const [row] = await db.run(openHandOvers, [memberId]);
  return row?.handOvers ?? 0;
}

/** In this order: a position is referred to by its entries. */
const erased = [
  'mail',
  'stream_entry',
  'stream_position',
  'shift',
  'rota_override',
  'panel_duty',
  'timer',
].map((table) => ({
  table,
  statement: statement<{ one: number }>(
    `erase-${table}`,
    `delete from ${table} where member_id = $1 returning 1 as one`,
  ),
}));

/** Deletes what is a member's alone. Hand-overs and test pages stay: they are the record of who was on call. */
export async function eraseRows(tx: Transaction, memberId: string): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const one of erased) rows[one.table] = (await tx.run(one.statement, [memberId])).length;
  return rows;
}
