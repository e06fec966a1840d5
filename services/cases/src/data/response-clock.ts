import { statement, type Transaction } from '@definitivedx/db';
import type { ResponseClock } from '../domain/response-clock.js';
import { armTimer, disarmTimer } from './timers.js';

const insert = statement<never>(
  'clock-insert',
  `insert into response_clock (case_id, panel_id, calendar, terms, budget_minutes, started_at, running_since, due_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

const read = statement<ResponseClock>(
  'clock-read',
  `select calendar, terms, budget_minutes as "budgetMinutes", used_minutes as "usedMinutes",
     started_at as "startedAt", running_since as "runningSince", stopped_at as "stoppedAt", due_at as "dueAt",
     first_answer_at as "firstAnswerAt"
   from response_clock where case_id = $1`,
);

const write = statement<never>(
  'clock-write',
  `update response_clock set used_minutes = $2, started_at = $3, running_since = $4, stopped_at = $5, due_at = $6,
     first_answer_at = $7, overdue_at = case when started_at = $3 then overdue_at end
   where case_id = $1`,
);

/** Keeps the clock of a new case. @param panelId whose terms it goes by; null when only people were asked */
export function insertClock(
  tx: Transaction,
  caseId: string,
  panelId: string | null,
  clock: ResponseClock,
): void {
  const { calendar, terms, budgetMinutes, startedAt, runningSince, dueAt } = clock;
  const kept = JSON.stringify(terms);
  tx.later(insert, [caseId, panelId, calendar, kept, budgetMinutes, startedAt, runningSince, dueAt]);
  armTimer(tx, { kind: 'overdue', caseId, dueAt }, startedAt);
}

/** The clock of a case whose row the transaction has locked; undefined for one from before there were clocks. */
export async function clockOf(tx: Transaction, caseId: string): Promise<ResponseClock | undefined> {
  const [clock] = await tx.run(read, [caseId]);
  return clock;
}

/** Keeps what has become of the clock of a case; its terms never change. */
export async function saveClock(tx: Transaction, caseId: string, clock: ResponseClock): Promise<void> {
  const { usedMinutes, startedAt, runningSince, stoppedAt, dueAt, firstAnswerAt } = clock;
  await tx.run(write, [caseId, usedMinutes, startedAt, runningSince, stoppedAt, dueAt, firstAnswerAt]);
  if (runningSince === null) disarmTimer(tx, caseId, 'overdue');
  else armTimer(tx, { kind: 'overdue', caseId, dueAt }, runningSince);
}

const overdue = statement<{ panelId: string | null; dueAt: Date }>(
  'clock-overdue',
  `update response_clock set overdue_at = $2
    where case_id = $1 and running_since is not null and due_at <= $2 and overdue_at is null
   returning panel_id as "panelId", due_at as "dueAt"`,
);

/** Notes that an answer is overdue; undefined when it is not, or was noted before. The case is locked. */
export async function noteOverdue(
  tx: Transaction,
  caseId: string,
  at: Date,
): Promise<{ panelId: string | null; dueAt: Date } | undefined> {
  const [late] = await tx.run(overdue, [caseId, at]);
  return late;
}
