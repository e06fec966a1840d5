import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  conformanceDays,
  type InputOf,
  type ReplyOf,
  type beginConformanceRun as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { appendAuditWith } from '../data/audit.js';
import { dropProvisioned, type ScimEvidence } from '../data/conformance-evidence.js';
import { insertRun, lockRun, openRunOf, runOf, updateRun, type RunRow } from '../data/conformance.js';
import { lockAdministered, lockPlace } from '../data/places.js';
import { allPassed, codeOf, withFindings, type Findings, type PassedChecks } from '../domain/conformance.js';
import { findingsOf } from '../queries/conformance-findings.js';
import { toReport } from '../queries/conformance-report.js';
import { administer, administeredBy } from './administer.js';
import { endPlaceOf } from './members/ending.js';

const dayMs = 86_400_000;

/**
 * Begins a run of the caller's organisation. Only what happens from now on counts for it.
 * @throws AppError `conflict` while another one is under way
 */
export async function beginConformanceRun(
  service: ServiceContext,
  caller: Caller,
  { commandId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const last = await openRunOf(service.db, await administeredBy(service.db, caller));
  if (last) await settleRun(service, last);
  return administer(service, caller, { act: 'conformance.begin', commandId }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const open = await openRunOf(tx, organisationId);
    if (open) {
      throw conflict(
        `A run is under way until ${open.expiresAt.toISOString()}. Its report is at /api/v1/organisation/conformance-runs/${open.runId}.`,
      );
    }
    const runId = v7();
    const expiresAt = new Date(now.getTime() + conformanceDays * dayMs);
    insertRun(tx, { runId, organisationId, code: codeOf(randomBytes(12)), startedAt: now, expiresAt });
    const run = await runOf(tx, organisationId, runId);
    if (!run) throw new Error('a run that was just kept is not there');
    return { reply: toReport(run, undefined, now), subjectId: runId };
  });
}

/**
 * Looks what a run has to show by now, and ends it when everything has passed or its time is over. What was shown in
 * time counts whenever it is looked.
 */
export async function settleRun(
  service: ServiceContext,
  run: RunRow,
): Promise<{ run: RunRow; findings?: Findings }> {
  if (run.state !== 'running') return { run };
  const now = service.clock.now();
  const { findings, provisioned } = await findingsOf(service, run);
  const passed = withFindings(run.passed, findings);
  const state = stateOf(run, passed, now);
  const grown = Object.keys(passed).length > Object.keys(run.passed).length;
  if (state === 'running' && !grown) return { run, findings };
  return service.db.transaction(async (tx) => {
    // The same order as administration: who changes members waits here too.
    const active = await lockAdministered(tx, run.organisationId, null);
    const locked = await lockRun(tx, run.runId);
    if (!locked) throw new Error('a run has gone');
    if (locked.state !== 'running') return { run: locked };
    const settled = { ...locked, passed: withFindings(locked.passed, findings) };
    const next = stateOf(settled, settled.passed, now);
    const ended = { ...settled, state: next, endedAt: next === 'running' ? null : now };
    updateRun(tx, ended);
    const done = ended.passed.scim !== undefined && locked.passed.scim === undefined;
    if (active && provisioned && (done || next === 'expired')) await cleanUp(tx, ended, provisioned, now);
    if (next !== 'running') auditEnd(tx, ended, now);
    return { run: ended, findings };
  });
}

const stateOf = ({ expiresAt }: RunRow, passed: PassedChecks, now: Date): RunRow['state'] => {
  if (allPassed(passed)) return 'passed';
  return now >= expiresAt ? 'expired' : 'running';
};

/** The user was only there to be provisioned: nobody is to find it later. */
async function cleanUp(tx: Transaction, run: RunRow, { memberId }: ScimEvidence, now: Date): Promise<void> {
  const { organisationId } = run;
  const place = await lockPlace(tx, organisationId, memberId);
  // Whoever was made an administrator meanwhile is more than a trial; that is for the organisation to undo.
  if (!place || place.roles.includes('organisation-admin')) return;
  if (place.status === 'active') {
    await endPlaceOf({ tx, organisationId, now }, memberId, {
      succession: 'whoever-there-is',
      reason: 'removed',
    });
  }
  dropProvisioned(tx, run, memberId, now);
}

function auditEnd(tx: Transaction, { runId, organisationId, state, passed }: RunRow, at: Date): void {
  appendAuditWith(tx, {
    at,
    actor: { kind: 'service', id: null, organisationId },
    act: state === 'passed' ? 'conformance.pass' : 'conformance.expire',
    outcome: 'allowed',
    subjectId: runId,
    detail: { passed: Object.keys(passed) },
    traceId: currentTraceId(),
  });
}
