import type { InputOf, recordPhoneCall } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { currentTraceparent } from '@definitivedx/telemetry';
import { unreadAfterMs } from '../domain/chasing.js';

const arm = statement<never>(
  'advice-unread-arm',
  `insert into timer (id, kind, case_id, subject_id, due_at, armed_at, traceparent)
   select gen_random_uuid(), 'advice-unread', c.id, $2::uuid,
     $3::timestamptz + make_interval(secs => case c.priority when 'urgent' then $4::float8 else $5::float8 end), $3, $6
   from cases c where c.id = $1
   on conflict on constraint timer_once do update
     set id = excluded.id, due_at = excluded.due_at, armed_at = excluded.armed_at, attempts = 0, claimed_until = null,
         traceparent = excluded.traceparent`,
);

/** Sets the time of the next reminder of advice that nobody has opened, by the priority of its case. */
export function chaseUnread(
  tx: Transaction,
  { caseId, postId, at }: { readonly caseId: string; readonly postId: string; readonly at: Date },
): void {
  const { urgent, routine } = unreadAfterMs;
  tx.later(arm, [caseId, postId, at, urgent / 1_000, routine / 1_000, currentTraceparent() ?? null]);
}

const attendNow = statement<{ dueAt: Date }>(
  'attend-now-due',
  `select due_at as "dueAt" from timer where case_id = $1 and kind = 'attend-now' and subject_id = $2`,
);

/** When advice that a child is to attend now is chased next; undefined when it is not, or no more. */
export async function attendNowDue(
  tx: Transaction,
  caseId: string,
  postId: string,
): Promise<Date | undefined> {
  const [row] = await tx.run(attendNow, [caseId, postId]);
  return row?.dueAt;
}

const advice = statement<{ postedAt: Date }>(
  'advice-find',
  `select posted_at as "postedAt" from post where case_id = $1 and id = $2 and kind = 'advice'`,
);

/** When advice of a case was given; undefined when it has no such advice. */
export async function adviceGivenAt(
  db: Queryable,
  caseId: string,
  postId: string,
): Promise<Date | undefined> {
  const [row] = await db.run(advice, [caseId, postId]);
  return row?.postedAt;
}

const insertCall = statement<never>(
  'phone-call-insert',
  `insert into phone_call (id, case_id, post_id, member_id, reached, called_at, note, recorded_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

/** Keeps that the practice was reached by phone. */
export function insertPhoneCall(
  tx: Transaction,
  call: Pick<InputOf<typeof recordPhoneCall>, 'caseId' | 'postId' | 'reached' | 'note'> & {
    readonly callId: string;
    readonly memberId: string;
    readonly calledAt: Date;
    readonly at: Date;
  },
): void {
  const { callId, caseId, postId, memberId, reached, calledAt, note, at } = call;
  tx.later(insertCall, [callId, caseId, postId, memberId, reached, calledAt, note ?? null, at]);
}
