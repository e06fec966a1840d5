import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { v7 as uuidv7 } from 'uuid';
import type { Thread } from '../domain/baseline.js';
import type { BaselineTally } from '../domain/figures.js';

export interface NewBaseline {
  readonly organisationId: string;
  readonly name: string;
  readonly importedBy: string;
  readonly importedAt: Date;
}

// The row stays locked until commit, so that two imports of the same name follow one another.
const upsertBaseline = statement<{ id: string }>(
  'baseline-upsert',
  `insert into baseline (id, organisation_id, name, imported_by, imported_at) values ($1, $2, $3, $4, $5)
   on conflict (organisation_id, name) do update set imported_by = excluded.imported_by, imported_at = excluded.imported_at
   returning id`,
);
const deleteThreads = statement('baseline-clear', `delete from baseline_thread where baseline_id = $1`);
const insertThreads = statement(
  'baseline-threads',
  `insert into baseline_thread (baseline_id, line, asked_at, answered_at, referral, within_working_day)
   select $1::uuid, * from unnest($2::int[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::boolean[])`,
);

/** Threads per statement: larger ones gain nothing. */
const batch = 1_000;

/** Keeps an imported e-mail line, in place of the one of the same name. */
export async function saveBaseline(
  tx: Transaction,
  { organisationId, name, importedBy, importedAt }: NewBaseline,
  threads: readonly Thread[],
): Promise<void> {
  const [row] = await tx.run(upsertBaseline, [uuidv7(), organisationId, name, importedBy, importedAt]);
  if (!row) throw new Error('the baseline was not saved');
  await tx.run(deleteThreads, [row.id]);
  for (let start = 0; start < threads.length; start += batch) {
    const part = threads.slice(start, start + batch);
    await tx.run(insertThreads, [
      row.id,
      part.map((thread) => thread.line),
      part.map((thread) => thread.askedAt),
      part.map((thread) => thread.answeredAt),
      part.map((thread) => thread.referral),
      part.map((thread) => thread.withinWorkingDay),
    ]);
  }
}

const selectLatest = statement<BaselineTally>(
  'baseline-latest',
  `select b.name, count(*)::int as "threads",
     count(within_working_day)::int as "due",
     count(*) filter (where within_working_day)::int as "inTime",
     count(*) filter (where referral in ('avoided', 'made'))::int as "contemplated",
     count(*) filter (where referral = 'avoided')::int as "avoided",
     coalesce(
       array_agg(extract(epoch from answered_at - asked_at)::double precision / 60) filter (where answered_at is not null),
       '{}'
     ) as "elapsed"
   from (
     select id, name from baseline where organisation_id = $1 order by imported_at desc, id desc limit 1
   ) b join baseline_thread on baseline_id = b.id
   group by b.name`,
);

/** What is counted of the e-mail line that the organisation imported last; undefined when there is none. */
export async function latestBaseline(
  db: Queryable,
  organisationId: string,
): Promise<BaselineTally | undefined> {
  const [row] = await db.run(selectLatest, [organisationId]);
  return row;
}
