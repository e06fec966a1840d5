import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  getConformanceRun as getContract,
  latestConformanceRuns as latestContract,
  listConformanceRuns as listContract,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { administeredBy } from '../commands/administer.js';
import { settleRun } from '../commands/conformance.js';
import { latestRuns, latestRunsOf, runOf } from '../data/conformance.js';
import { assertOperator } from '../data/directory.js';
import { toReport, toSummary } from './conformance-report.js';

const pageSize = 50;

/** The report of a run of the caller's organisation, as it is now. @throws AppError `not-found` for another's. */
export async function getConformanceRun(
  service: ServiceContext,
  caller: Caller,
  { runId }: InputOf<typeof getContract>,
): Promise<ReplyOf<typeof getContract>> {
  const found = await runOf(service.db, await administeredBy(service.db, caller), runId);
  if (!found) throw notFound('conformance run');
  const { run, findings } = await settleRun(service, found);
  return toReport(run, findings, service.clock.now());
}

/** The latest runs of the caller's organisation. */
export async function listConformanceRuns(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof listContract>> {
  const runs = await latestRunsOf(service.db, await administeredBy(service.db, caller));
  const settled = await Promise.all(runs.map((run) => settleRun(service, run)));
  return { runs: settled.map(({ run }) => toSummary(run)) };
}

/** Organisations with the state of their latest run, a page at a time. */
export async function latestConformanceRuns(
  service: ServiceContext,
  caller: Caller,
  { after = '' }: InputOf<typeof latestContract>,
): Promise<ReplyOf<typeof latestContract>> {
  await assertOperator(service.db, caller);
  const found = await latestRuns(service.db, after, pageSize);
  const settled = await Promise.all(
    found.map(async ({ organisation: { organisationId, odsCode, name }, run }) => ({
      ...{ organisationId, odsCode, name },
      run: run === null ? null : toSummary((await settleRun(service, run)).run),
    })),
  );
  return { organisations: settled };
}
