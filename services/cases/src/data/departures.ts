import { statement, type Transaction } from '@definitivedx/db';
import { currentTraceparent } from '@definitivedx/telemetry';

/*
 * Who is named responsible was found able before the transaction that names them. Between the two they may leave, and
 * what tells of that be handled before there is anything to reassign. So leaving leaves a row, and naming looks for one;
 * the lock makes one of the two see the other.
 */
const key = `hashtextextended('departure ' || $1, 0)`;
const lock = statement<never>('departure-lock', `select pg_advisory_xact_lock(${key})`);
const lockShared = statement<never>('departure-lock-shared', `select pg_advisory_xact_lock_shared(${key})`);

const depart = statement<never>(
  'departure-note',
  `insert into departure (member_id, at) values ($1, $2)
   on conflict (member_id) do update set at = greatest(departure.at, excluded.at)`,
);

const arm = `insert into timer (id, kind, case_id, due_at, armed_at, traceparent)`;
const instead = `on conflict on constraint timer_once do update
     set id = excluded.id, due_at = excluded.due_at, armed_at = excluded.armed_at, attempts = 0, claimed_until = null,
         traceparent = excluded.traceparent`;

/** Longer than any request may take, so than lies between finding somebody able and naming them. */
const lately = `interval '10 minutes'`;

const lookAgain = statement<never>(
  'departure-look-again',
  `${arm} select gen_random_uuid(), 'reassign', $2::uuid, $3::timestamptz, $3::timestamptz, $4
     from departure where member_id = $1::uuid and at > $3::timestamptz - ${lately}
   ${instead}`,
);

const reassignTheirs = statement<never>(
  'departure-reassign',
  `${arm} select gen_random_uuid(), 'reassign', r.case_id, $2::timestamptz, $2::timestamptz, $3
     from responsibility r where r.member_id = $1::uuid and r.until_at is null
   ${instead}`,
);

const reassignLed = statement<never>(
  'panel-gone-reassign',
  `${arm} select gen_random_uuid(), 'reassign', c.id, $2::timestamptz, $2::timestamptz, $3
     from cases c
    where c.status in ('awaiting-advice', 'awaiting-information', 'advice-given')
      and c.id in (select id from cases where lead_panel_id = $1::uuid
                   union select case_id from consultation where panel_id = $1::uuid and ended is null)
   ${instead}`,
);

const ledAnew = statement<never>(
  'led-anew-reassign',
  `${arm} select gen_random_uuid(), 'led-anew', c.id, $3::timestamptz, $3::timestamptz, $4
     from responsibility r join cases c on c.id = r.case_id
    where r.member_id = $2::uuid and r.until_at is null and r.reason = 'panel-lead' and c.lead_panel_id = $1::uuid
      and c.status in ('awaiting-advice', 'awaiting-information')
   ${instead}`,
);

const traceparent = (): string | null => currentTraceparent() ?? null;

/** Somebody lost a place or a panel: each case they answer for is looked at, and those named for one just now. */
export function noteDeparture(tx: Transaction, memberId: string, at: Date): void {
  tx.later(lock, [memberId]);
  tx.later(depart, [memberId, at]);
  tx.later(reassignTheirs, [memberId, at, traceparent()]);
}

/** Has a case looked at again if who was just made responsible for it left at the same time. */
export function mindDeparture(tx: Transaction, caseId: string, memberId: string, at: Date): void {
  tx.later(lockShared, [memberId]);
  tx.later(lookAgain, [memberId, caseId, at, traceparent()]);
}

/** A panel takes no part in cases any more: those that it led or was consulted in are looked at. */
export function notePanelGone(tx: Transaction, panelId: string, at: Date): void {
  tx.later(reassignLed, [panelId, at, traceparent()]);
}

/** A panel has another lead: what fell to the former one as its lead, and waits for an answer, is looked at. */
export function noteLedAnew(tx: Transaction, panelId: string, from: string, at: Date): void {
  tx.later(ledAnew, [panelId, from, at, traceparent()]);
}

const forget = statement<{ one: number }>(
  'departure-forget',
  'delete from departure where member_id = $1 returning 1 as one',
);

/** Forgets when a member left. @returns how many rows */
export const eraseDeparture = async (tx: Transaction, memberId: string): Promise<number> =>
  (await tx.run(forget, [memberId])).length;
