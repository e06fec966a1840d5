import type { CaseStatus, Priority } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Reason } from '../domain/responsible.js';

/** What commands need to know of a case before they change it. */
export interface CaseState {
  readonly status: CaseStatus;
  readonly priority: Priority;
  readonly version: number;
  readonly textBytes: number;
  readonly requesterId: string;
  readonly responsibleId: string | null;
}

const state = `
  select c.status, c.priority, c.version, c.text_bytes as "textBytes", c.requester_id as "requesterId",
    (select r.member_id from responsibility r where r.case_id = c.id and r.until_at is null) as "responsibleId"
  from cases c where c.id = $1`;

const readState = statement<CaseState>('case-state', state);
const lock = statement<{ id: string }>('case-lock', 'select id from cases where id = $1 for no key update');

/** The state of a case, or undefined when there is none of that id. */
export async function caseState(db: Queryable, caseId: string): Promise<CaseState | undefined> {
  const [row] = await db.run(readState, [caseId]);
  return row;
}

/** The state of a case, held still until the transaction ends. */
export async function lockedCase(tx: Transaction, caseId: string): Promise<CaseState | undefined> {
  // Two statements: one that waited for the lock would still see the responsibility of before the wait.
  await tx.run(lock, [caseId]);
  return caseState(tx, caseId);
}

const touch = statement<{ version: number; lastActivityAt: Date }>(
  'case-touch',
  `with touched as (
     update cases set version = version + 1, status = $2, last_activity_at = greatest(last_activity_at, $3)
     where id = $1 returning version, last_activity_at
   ), filed as (
     update audience set last_activity_at = touched.last_activity_at from touched where case_id = $1
   )
   select version, last_activity_at as "lastActivityAt" from touched`,
);

const bump = statement<{ version: number }>(
  'case-bump',
  'update cases set version = version + 1, status = $2 where id = $1 returning version',
);

/** Records activity: a new version, and the case moves to the top of every list it is filed in. */
export async function recordActivity(
  tx: Transaction,
  caseId: string,
  status: CaseStatus,
  at: Date,
): Promise<{ version: number; lastActivityAt: Date }> {
  return one(await tx.run(touch, [caseId, status, at]));
}

/** Records a change that is nothing to read: a new version, and the case stays where it is in the lists. */
export async function recordChange(tx: Transaction, caseId: string, status: CaseStatus): Promise<number> {
  return one(await tx.run(bump, [caseId, status])).version;
}

const openResponsibility = statement<never>(
  'responsibility-open',
  'insert into responsibility (case_id, member_id, reason, from_at) values ($1, $2, $3, $4)',
);

const closeResponsibility = statement<{ untilAt: Date }>(
  'responsibility-close',
  `update responsibility set until_at = greatest(from_at, $2) where case_id = $1 and until_at is null
   returning until_at as "untilAt"`,
);

/** Makes someone responsible from a moment on. There must be no one else at the time. */
export async function makeResponsible(
  tx: Transaction,
  caseId: string,
  next: { memberId: string; reason: Reason },
  at: Date,
): Promise<void> {
  await tx.run(openResponsibility, [caseId, next.memberId, next.reason, at]);
}

/**
 * Ends the responsibility of whoever has it.
 * @returns the moment it ended, at which the next one begins; clocks of replicas may differ a little.
 */
export async function endResponsibility(tx: Transaction, caseId: string, at: Date): Promise<Date> {
  return one(await tx.run(closeResponsibility, [caseId, at])).untilAt;
}

/** The row of a statement that always gives one. */
export function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('a statement gave no row');
  return row;
}
