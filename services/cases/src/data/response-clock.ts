import { statement, type Transaction } from '@definitivedx/db';
import type { ResponseClock } from '../domain/response-clock.js';

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
     first_answer_at = $7
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
}
