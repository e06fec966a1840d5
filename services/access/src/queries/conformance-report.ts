import type { ReplyOf, getConformanceRun, listConformanceRuns } from '@definitivedx/contracts';
import type { RunRow } from '../data/conformance.js';
import { checksOf, scimUserNameOf, type Findings } from '../domain/conformance.js';
import { conformanceChecks } from '@definitivedx/contracts';

const timesOf = ({ runId, state, startedAt, expiresAt, endedAt }: RunRow) => ({
  runId,
  state,
  startedAt: startedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
});

/** A run as its organisation reads it. */
export const toReport = (
  run: RunRow,
  findings: Findings | undefined,
  now: Date,
): ReplyOf<typeof getConformanceRun> => ({
  ...timesOf(run),
  reportedAt: now.toISOString(),
  organisation: { organisationId: run.organisationId, odsCode: run.odsCode, name: run.name },
  scimUserName: scimUserNameOf(run.code),
  checks: checksOf({ ...run, over: run.state === 'expired' }, findings),
});

/** A run in a list. */
export const toSummary = (run: RunRow): ReplyOf<typeof listConformanceRuns>['runs'][number] => ({
  ...timesOf(run),
  passed: conformanceChecks.filter((check) => run.passed[check] !== undefined),
});
