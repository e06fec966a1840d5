import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { currentTraceparent } from '@definitivedx/telemetry';
import { acknowledgeWithinMs } from '../domain/chasing.js';
import type { Reason } from '../domain/responsible.js';
import { mindDeparture } from './departures.js';
import { disarmTimer } from './timers.js';

const open = statement<never>(
  'responsibility-open',
  `insert into responsibility (case_id, member_id, reason, from_at, given_by, note, acknowledged_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

const close = statement<{ untilAt: Date }>(
  'responsibility-close',
  `update responsibility set until_at = greatest(from_at, $2) where case_id = $1 and until_at is null
   returning until_at as "untilAt"`,
);

const remind = statement<never>(
  'responsibility-remind',
  `insert into timer (id, kind, case_id, due_at, armed_at, traceparent)
   select gen_random_uuid(), 'unacknowledged', c.id,
     $2::timestamptz + make_interval(secs => case c.priority when 'urgent' then $3::float8 else $4::float8 end), $2, $5
   from cases c where c.id = $1
   on conflict on constraint timer_once do update
     set id = excluded.id, due_at = excluded.due_at, armed_at = excluded.armed_at, attempts = 0, claimed_until = null,
         traceparent = excluded.traceparent`,
);

/** Who is to be responsible, and how they came to be. */
export interface Next {
  readonly memberId: string;
  readonly reason: Reason;
  /** Who handed it to them; absent for the programme, and for what they took themselves. */
  readonly givenBy?: string;
  /** What they are told with it. */
  readonly note?: string | undefined;
}

/** Reasons that are one's own doing: who takes a case on knows of it. */
const taken: ReadonlySet<Reason> = new Set(['hand-over', 'take-over']);

/**
 * Makes someone responsible from a moment on. There must be no one else at the time. Unless they took it themselves,
 * they are reminded until they say that they know.
 */
export function makeResponsible(tx: Transaction, caseId: string, next: Next, at: Date): void {
  const { memberId, reason, givenBy, note } = next;
  const known = taken.has(reason) ? at : null;
  tx.later(open, [caseId, memberId, reason, at, givenBy ?? null, note ?? null, known]);
  if (known === null) remindOfResponsibility(tx, caseId, at);
  mindDeparture(tx, caseId, memberId, at);
}

/** Sets the time of the next reminder of the one who is responsible. */
export function remindOfResponsibility(tx: Transaction, caseId: string, at: Date): void {
  const { urgent, routine } = acknowledgeWithinMs;
  tx.later(remind, [caseId, at, urgent / 1_000, routine / 1_000, currentTraceparent() ?? null]);
}

/**
 * Ends the responsibility of whoever has it.
 * @returns the moment it ended, at which the next one begins; clocks of replicas may differ a little.
 */
export async function endResponsibility(tx: Transaction, caseId: string, at: Date): Promise<Date> {
  const [ended] = await tx.run(close, [caseId, at]);
  if (ended === undefined) throw new Error('nobody was responsible');
  disarmTimer(tx, caseId, 'unacknowledged');
  return ended.untilAt;
}

const acknowledge = statement<never>(
  'responsibility-acknowledge',
  `with known as (
     update responsibility set acknowledged_at = greatest(from_at, $3)
      where case_id = $1 and member_id = $2 and until_at is null and acknowledged_at is null
     returning case_id
   )
   delete from timer using known where timer.case_id = known.case_id and kind = 'unacknowledged'`,
);

/** Who is responsible knows of it, if that is who this is; otherwise nothing happens. The case is locked. */
export function acknowledgedBy(tx: Transaction, caseId: string, memberId: string, at: Date): void {
  tx.later(acknowledge, [caseId, memberId, at]);
}

const acknowledged = statement<{ acknowledgedAt: Date | null }>(
  'responsibility-acknowledged',
  `select acknowledged_at as "acknowledgedAt" from responsibility where case_id = $1 and until_at is null`,
);

/** When the one who is responsible said that they know of it; null when they have not. */
export const acknowledgedAt = async (tx: Queryable, caseId: string): Promise<Date | null> =>
  (await tx.run(acknowledged, [caseId]))[0]?.acknowledgedAt ?? null;

/** One row of the history of responsibility. */
export interface Held {
  readonly number: number;
  readonly memberId: string;
  readonly reason: Reason;
  readonly from: Date;
  readonly until: Date | null;
  readonly givenBy: string | null;
  readonly note: string | null;
  readonly acknowledgedAt: Date | null;
}

const history = statement<Held>(
  'responsibility-history',
  `select id::float8 as number, member_id as "memberId", reason, from_at as "from", until_at as until,
     given_by as "givenBy", note, acknowledged_at as "acknowledgedAt"
   from responsibility where case_id = $1 and id > $2 order by id limit $3`,
);

/** Who answered for a case, in order, after a row. */
export const heldAfter = (db: Queryable, caseId: string, after: number, limit: number): Promise<Held[]> =>
  db.run(history, [caseId, after, limit]);
