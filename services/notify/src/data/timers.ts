import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { currentTraceparent } from '@definitivedx/telemetry';
import { v7 as uuidv7 } from 'uuid';

export type TimerKind = 'shift-change' | 'late-cases' | 'hand-over-overdue';

/** Something to be done at a time; kind, panel, member and hand-over together name it. */
export interface NewTimer {
  readonly kind: TimerKind;
  readonly panelId: string;
  readonly memberId?: string;
  readonly handOverId?: string;
  readonly dueAt: Date;
}

export interface TimerRow {
  readonly id: string;
  readonly kind: TimerKind;
  readonly panelId: string;
  readonly memberId: string | null;
  readonly handOverId: string | null;
  readonly dueAt: Date;
  readonly armedAt: Date;
  readonly attempts: number;
  readonly traceparent: string | null;
}

const arm = statement(
  'arm-timer',
  `insert into timer (id, kind, panel_id, member_id, hand_over_id, due_at, armed_at, traceparent)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict on constraint timer_once do update
     set id = excluded.id, due_at = excluded.due_at, armed_at = excluded.armed_at, attempts = 0,
         claimed_until = null, traceparent = excluded.traceparent`,
);

/** Sets a timer, in place of the one of the same name: whoever has taken that one up will have no effect. */
export async function armTimer(tx: Transaction, timer: NewTimer, now: Date): Promise<void> {
  const { kind, panelId, memberId, handOverId, dueAt } = timer;
  const traceparent = currentTraceparent() ?? null;
  await tx.run(arm, [uuidv7(), kind, panelId, memberId ?? null, handOverId ?? null, dueAt, now, traceparent]);
}

const claim = statement<TimerRow>(
  'claim-timers',
  `update timer set attempts = attempts + 1, claimed_until = $2
   where id in (
     select id from timer where due_at <= $1 and (claimed_until is null or claimed_until <= $1)
     order by due_at, id limit $3 for update skip locked
   )
   returning id, kind, panel_id as "panelId", member_id as "memberId", hand_over_id as "handOverId",
             due_at as "dueAt", armed_at as "armedAt", attempts, traceparent`,
);

/** Takes up to `limit` timers that are due. Others leave them alone until `leaseUntil`. */
export const claimTimers = (db: Queryable, now: Date, leaseUntil: Date, limit: number): Promise<TimerRow[]> =>
  db.run(claim, [now, leaseUntil, limit]);

const putOff = statement('put-off-timer', `update timer set claimed_until = $2 where id = $1`);

/** Leaves a taken timer alone until a time; it is then taken up again. */
export async function putOffTimer(db: Queryable, id: string, until: Date): Promise<void> {
  await db.run(putOff, [id, until]);
}

const spend = statement<{ id: string }>('spend-timer', `delete from timer where id = $1 returning id`);

/**
 * Uses a timer up, in the transaction of its effect: of those who have taken it up, one only gets true.
 * @returns false when its effect is done or it was armed anew; the caller must then do nothing.
 */
export async function spendTimer(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.run(spend, [id])).length > 0;
}
