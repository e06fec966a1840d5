import { statement, type Queryable, type Transaction } from '@definitivedx/db';

const select = statement<{ memberId: string }>(
  'select-panel-duty',
  `select member_id as "memberId" from panel_duty where panel_id = $1`,
);

/** Who was last known to be on call for a panel, as the last shift change left it; null before the first. */
export async function lastOnCall(db: Queryable, panelId: string): Promise<string | null> {
  const [row] = await db.run(select, [panelId]);
  return row?.memberId ?? null;
}

const lock = statement<{ memberId: string }>(
  'lock-panel-duty',
  `select member_id as "memberId" from panel_duty where panel_id = $1 for update`,
);

/** As `lastOnCall`, and lets nobody change it until the transaction ends. */
export async function lockLastOnCall(tx: Transaction, panelId: string): Promise<string | null> {
  const [row] = await tx.run(lock, [panelId]);
  return row?.memberId ?? null;
}

const upsert = statement(
  'upsert-panel-duty',
  `insert into panel_duty (panel_id, member_id, since) values ($1, $2, $3)
   on conflict (panel_id) do update set member_id = excluded.member_id, since = excluded.since`,
);

/** Records who is on call from now on. */
export async function recordOnCall(
  tx: Transaction,
  panelId: string,
  memberId: string,
  since: Date,
): Promise<void> {
  await tx.run(upsert, [panelId, memberId, since]);
}
