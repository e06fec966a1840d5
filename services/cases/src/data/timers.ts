import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { DueTimer } from '@definitivedx/bus';
import { currentTraceparent } from '@definitivedx/telemetry';
import { v7 as uuidv7 } from 'uuid';

/** What a case waits for. The kinds that are carried out are listed in `work/timers.ts`. */
export type TimerKind = string;

/** Something to be done about a case at a time; kind, case and subject together name it. */
export interface NewTimer {
  readonly kind: TimerKind;
  readonly caseId: string;
  /** What within the case it is about, such as a post; absent for the case as a whole. */
  readonly subjectId?: string;
  readonly dueAt: Date;
}

export interface TimerRow extends DueTimer {
  readonly kind: TimerKind;
  readonly caseId: string;
  readonly subjectId: string | null;
  readonly dueAt: Date;
}

const arm = statement<never>(
  'timer-arm',
  `insert into timer (id, kind, case_id, subject_id, due_at, armed_at, traceparent)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict on constraint timer_once do update
     set id = excluded.id, due_at = excluded.due_at, armed_at = excluded.armed_at, attempts = 0,
         claimed_until = null, traceparent = excluded.traceparent`,
);

/** Sets a timer, in place of the one of the same name: whoever has taken that one up will have no effect. */
export function armTimer(tx: Transaction, { kind, caseId, subjectId, dueAt }: NewTimer, now: Date): void {
  tx.later(arm, [uuidv7(), kind, caseId, subjectId ?? null, dueAt, now, currentTraceparent() ?? null]);
}

const disarm = statement<never>(
  'timer-disarm',
  `delete from timer where case_id = $1 and kind = $2 and ($3::uuid is null or subject_id = $3::uuid)`,
);

/** Takes a timer back; without a subject, all of its kind of the case. */
export function disarmTimer(tx: Transaction, caseId: string, kind: TimerKind, subjectId?: string): void {
  tx.later(disarm, [caseId, kind, subjectId ?? null]);
}

const claim = statement<TimerRow>(
  'timer-claim',
  `update timer set attempts = attempts + 1, claimed_until = $2
   where id in (
     select id from timer where due_at <= $1 and (claimed_until is null or claimed_until <= $1)
     order by due_at, id limit $3 for update skip locked
   )
   returning id, kind, case_id as "caseId", subject_id as "subjectId", due_at as "dueAt", armed_at as "armedAt",
             attempts, traceparent`,
);

/** Takes up to `limit` timers that are due. Others leave them alone until `leaseUntil`. */
export const claimTimers = (db: Queryable, now: Date, leaseUntil: Date, limit: number): Promise<TimerRow[]> =>
  db.run(claim, [now, leaseUntil, limit]);

const putOff = statement<never>('timer-put-off', `update timer set claimed_until = $2 where id = $1`);

/** Leaves a taken timer alone until a time; it is then taken up again. */
export async function putOffTimer(db: Queryable, id: string, until: Date): Promise<void> {
  await db.run(putOff, [id, until]);
}

const spend = statement<{ id: string }>('timer-spend', `delete from timer where id = $1 returning id`);

/**
 * Uses a timer up, in the transaction of its effect: of those who have taken it up, one only gets true.
 * @returns false when its effect is done or it was armed anew; the caller must then do nothing.
 */
export async function spendTimer(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.run(spend, [id])).length > 0;
}
