import type { MemberCaller } from '@definitivedx/auth';
import { emit } from '@definitivedx/bus';
import {
  caseActed,
  caseEnded,
  followUpDays,
  type CaseStatus,
  type DataOf,
  type InputOf,
  type cancelCase,
  type closeCase,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { endResponsibility, recordActivity, type CaseState } from '../data/cases.js';
import { insertSurvey } from '../data/closing.js';
import { insertEnding, type EndedAs, type EndingState } from '../data/endings.js';
import { planFollowUps } from '../data/follow-ups.js';
import { note } from '../data/timeline.js';
import { armTimer, disarmTimer } from '../data/timers.js';
import { daysAfter, notBefore } from '../domain/ending.js';
import { keepClock } from './keep-clock.js';

interface End {
  readonly caseId: string;
  readonly found: CaseState;
  readonly state: EndingState;
  readonly status: CaseStatus;
  readonly now: Date;
  /** Absent when the case ends by itself. */
  readonly by?: MemberCaller;
  readonly act?: DataOf<typeof caseActed>['act'];
  readonly survey?: InputOf<typeof closeCase>['survey'];
  readonly reason?: InputOf<typeof cancelCase>['reason'];
  readonly comment?: string | undefined;
  readonly endedAs?: EndedAs;
}

/**
 * Ends a case whose row is locked, as has been decided: nobody is responsible for it from then on, and what it still
 * waited for is dropped. A closed one is asked about later. What people wrote stays here and goes into no event.
 */
export async function endCase(
  tx: Transaction,
  of: End,
): Promise<{ readonly version: number; readonly endedAt: Date }> {
  const { caseId, found, state, status, by, survey } = of;
  const at = notBefore(of.now, state.turnedAt);
  insertEnding(tx, {
    caseId,
    status,
    ...(of.endedAs && { endedAs: of.endedAs }),
    endedBy: by?.memberId ?? null,
    ...(of.reason && { reason: of.reason }),
    comment: of.comment,
    at,
  });
  if (survey && by) await insertSurvey(tx, { caseId, memberId: by.memberId, survey, closedAt: at });
  disarmTimer(tx, caseId, 'self-close');
  if (status === 'closed') planQuestions(tx, caseId, state, at);
  await endResponsibility(tx, caseId, at);
  await keepClock(tx, caseId, { before: found.status, after: status, at });
  const { version } = await recordActivity(tx, caseId, status, at);
  noteEnd(tx, of, at);

  const moment = at.toISOString();
  emit(tx, caseEnded, caseId, { caseId, status, survey: survey ? codesOf(survey) : null, at: moment });
  if (by && of.act) {
    const { memberId, organisationId } = by;
    const act = { act: of.act, caseId, memberId, organisationId, subjectId: null, at: moment };
    emit(tx, caseActed, caseId, act);
  }
  return { version, endedAt: at };
}

/** A survey without what was written in it. */
export function codesOf({
  comment: _comment,
  ...codes
}: InputOf<typeof closeCase>['survey']): DataOf<typeof caseEnded>['survey'] & object {
  return codes;
}

function planQuestions(tx: Transaction, caseId: string, state: EndingState, closedAt: Date): void {
  const due = followUpDays.map((day) => ({ day, dueAt: daysAfter(closedAt, day) }));
  const { requesterId, organisationId } = state;
  planFollowUps(tx, { caseId, requesterId, organisationId }, due);
  armTimer(tx, { kind: 'follow-up', caseId, dueAt: daysAfter(closedAt, followUpDays[0]) }, closedAt);
}

function noteEnd(
  tx: Transaction,
  { caseId, found, status, by, survey, reason, endedAs }: End,
  at: Date,
): void {
  const actorId = by?.memberId ?? null;
  const from = found.status;
  if (status === 'closed') {
    const detail = { by: by ? 'requester' : 'itself', from, survey: survey ? 'given' : 'missing' };
    note(tx, caseId, { kind: 'closed', actorId, detail, at });
  } else if (status === 'converted') {
    note(tx, caseId, { kind: 'converted', actorId, detail: { from }, at });
  } else {
    note(tx, caseId, { kind: 'cancelled', actorId, detail: { why: endedAs ?? reason ?? null, from }, at });
  }
}
