import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { PassedChecks } from '../domain/conformance.js';

export interface RunRow {
  readonly runId: string;
  readonly organisationId: string;
  readonly odsCode: string;
  readonly name: string;
  readonly code: string;
  readonly state: 'running' | 'passed' | 'expired';
  readonly passed: PassedChecks;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

const columns = `r.id as "runId", r.organisation_id as "organisationId", o.ods_code as "odsCode", o.name, r.code, r.state,
  r.passed, r.started_at as "startedAt", r.expires_at as "expiresAt", r.ended_at as "endedAt"`;
const runs = 'conformance_run r join organisation o on o.id = r.organisation_id';

const insert = statement<never>(
  'access.insert-conformance-run',
  `insert into conformance_run (id, organisation_id, code, started_at, expires_at) values ($1, $2, $3, $4, $5)`,
);

/** Keeps a new run. */
export function insertRun(
  tx: Transaction,
  run: Pick<RunRow, 'runId' | 'organisationId' | 'code' | 'startedAt' | 'expiresAt'>,
): void {
  tx.later(insert, [run.runId, run.organisationId, run.code, run.startedAt, run.expiresAt]);
}

const one = statement<RunRow>(
  'access.conformance-run',
  `select ${columns} from ${runs} where r.organisation_id = $1 and r.id = $2`,
);

/** A run of an organisation. */
export async function runOf(
  db: Queryable,
  organisationId: string,
  runId: string,
): Promise<RunRow | undefined> {
  const [row] = await db.run(one, [organisationId, runId]);
  return row;
}

const open = statement<RunRow>(
  'access.open-conformance-run',
  `select ${columns} from ${runs} where r.organisation_id = $1 and r.state = 'running'`,
);

/** The run that an organisation has under way. */
export async function openRunOf(db: Queryable, organisationId: string): Promise<RunRow | undefined> {
  const [row] = await db.run(open, [organisationId]);
  return row;
}

const lock = statement<RunRow>(
  'access.lock-conformance-run',
  `select ${columns} from ${runs} where r.id = $1 for update of r`,
);

/** A run, locked, so that it ends once. */
export async function lockRun(tx: Transaction, runId: string): Promise<RunRow | undefined> {
  const [row] = await tx.run(lock, [runId]);
  return row;
}

const update = statement<never>(
  'access.update-conformance-run',
  'update conformance_run set state = $2, passed = $3, ended_at = $4 where id = $1',
);

/** Keeps how far a run is. */
export function updateRun(
  tx: Transaction,
  { runId, state, passed, endedAt }: Pick<RunRow, 'runId' | 'state' | 'passed' | 'endedAt'>,
): void {
  tx.later(update, [runId, state, JSON.stringify(passed), endedAt]);
}

const latest = statement<RunRow>(
  'access.conformance-runs-of',
  `select ${columns} from ${runs} where r.organisation_id = $1 order by r.started_at desc, r.id desc limit 20`,
);

/** The latest runs of an organisation. */
export const latestRunsOf = (db: Queryable, organisationId: string): Promise<RunRow[]> =>
  db.run(latest, [organisationId]);

type OfOrganisation = Pick<RunRow, 'organisationId' | 'odsCode' | 'name'> & {
  [K in Exclude<keyof RunRow, 'organisationId' | 'odsCode' | 'name'>]: RunRow[K] | null;
};

const ofAll = statement<OfOrganisation>(
  'access.latest-conformance-runs',
  `select o.id as "organisationId", o.ods_code as "odsCode", o.name, r.id as "runId", r.code, r.state, r.passed,
          r.started_at as "startedAt", r.expires_at as "expiresAt", r.ended_at as "endedAt"
     from organisation o
     left join lateral (
       select * from conformance_run c where c.organisation_id = o.id order by c.started_at desc, c.id desc limit 1
     ) r on true
    where o.ods_code > $1
    order by o.ods_code
    limit $2`,
);

/** Organisations by ODS code, each with its latest run, if any. */
export async function latestRuns(
  db: Queryable,
  after: string,
  limit: number,
): Promise<{ organisation: Pick<RunRow, 'organisationId' | 'odsCode' | 'name'>; run: RunRow | null }[]> {
  const rows = await db.run(ofAll, [after, limit]);
  return rows.map((row) => ({ organisation: row, run: row.runId === null ? null : (row as RunRow) }));
}
