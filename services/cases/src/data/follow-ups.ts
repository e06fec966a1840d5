import type { DataOf, FollowUpAnswers, followUpDue } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Place } from '../domain/cursor.js';

export type FollowUpDay = DataOf<typeof followUpDue>['day'];

const insert = statement<never>(
  'follow-up-insert',
  `insert into follow_up (case_id, day, requester_id, organisation_id, due_at)
   select $1, day, $2, $3, due_at from unnest($4::smallint[], $5::timestamptz[]) as t (day, due_at)
   on conflict (case_id, day) do update set due_at = excluded.due_at, sent_at = null
     where follow_up.answered_at is null`,
);

/** Plans what is asked about a closed case. */
export function planFollowUps(
  tx: Transaction,
  of: { readonly caseId: string; readonly requesterId: string; readonly organisationId: string },
  due: readonly { readonly day: FollowUpDay; readonly dueAt: Date }[],
): void {
  tx.later(insert, [
    of.caseId,
    of.requesterId,
    of.organisationId,
    due.map(({ day }) => day),
    due.map(({ dueAt }) => dueAt),
  ]);
}

const drop = statement<never>(
  'follow-up-drop',
  'delete from follow_up where case_id = $1 and answered_at is null',
);

/** Takes back what was to be asked about a case that is open again. */
export function dropFollowUps(tx: Transaction, caseId: string): void {
  tx.later(drop, [caseId]);
}

const send = statement<{ day: FollowUpDay; requesterId: string }>(
  'follow-up-send',
  `update follow_up set sent_at = $2 where case_id = $1 and sent_at is null and due_at <= $2
   returning day, requester_id as "requesterId"`,
);

const next = statement<{ dueAt: Date | null }>(
  'follow-up-next',
  'select min(due_at) as "dueAt" from follow_up where case_id = $1 and sent_at is null',
);

/** Marks what is due by now as asked. @returns which, and when the next of the case is due */
export async function sendFollowUps(
  tx: Transaction,
  caseId: string,
  now: Date,
): Promise<{ sent: { day: FollowUpDay; requesterId: string }[]; nextDueAt: Date | null }> {
  const sent = await tx.run(send, [caseId, now]);
  const [row] = await tx.run(next, [caseId]);
  return { sent, nextDueAt: row?.dueAt ?? null };
}

export interface FollowUpAsked {
  readonly dueAt: Date;
  readonly answeredAt: Date | null;
}

const find = statement<FollowUpAsked>(
  'follow-up-find',
  `select due_at as "dueAt", answered_at as "answeredAt" from follow_up where case_id = $1 and day = $2 for update`,
);

/** One follow-up of a case, held still until the transaction ends. */
export async function lockedFollowUp(
  tx: Transaction,
  caseId: string,
  day: FollowUpDay,
): Promise<FollowUpAsked | undefined> {
  const [row] = await tx.run(find, [caseId, day]);
  return row;
}

const answer = statement<never>(
  'follow-up-answer',
  `update follow_up set answered_at = $3, answered_by = $4, advice_followed = $5, referred_anyway = $6,
     unplanned_attendance = $7, outcome = $8
   where case_id = $1 and day = $2`,
);

/** Keeps the answers to a follow-up that is locked. */
export function answerTo(
  tx: Transaction,
  of: { readonly caseId: string; readonly day: FollowUpDay; readonly by: string; readonly at: Date },
  { adviceFollowed, referredAnyway, unplannedAttendance, outcome }: FollowUpAnswers,
): void {
  const codes = [adviceFollowed, referredAnyway, unplannedAttendance, outcome];
  tx.later(answer, [of.caseId, of.day, of.at, of.by, ...codes]);
}

export interface FollowUpListed {
  readonly caseId: string;
  readonly code: string;
  readonly question: string;
  readonly day: FollowUpDay;
  readonly closedAt: Date;
  readonly dueAt: Date;
}

// As with lists of cases, each principal's part is an index range of its own, and only their heads are merged.
const list = statement<FollowUpListed>(
  'follow-up-list',
  `select page.case_id as "caseId", c.code, c.question, page.day, page.due_at as "dueAt",
     coalesce(c.ended_at, c.last_activity_at) as "closedAt"
   from (
     select distinct found.due_at, found.case_id, found.day
     from unnest($1::uuid[]) as mine (principal) cross join lateral (
       (select f.due_at, f.case_id, f.day from follow_up f
         where f.requester_id = mine.principal and f.answered_at is null and f.due_at <= $2
           and (f.due_at, f.case_id) > ($3::timestamptz, $4::uuid)
         order by f.due_at, f.case_id limit $5)
       union all
       (select f.due_at, f.case_id, f.day from follow_up f
         where f.organisation_id = mine.principal and f.answered_at is null and f.due_at <= $2
           and (f.due_at, f.case_id) > ($3::timestamptz, $4::uuid)
         order by f.due_at, f.case_id limit $5)
     ) found
     order by found.due_at, found.case_id limit $5
   ) page
   join cases c on c.id = page.case_id
   order by page.due_at, page.case_id`,
);

/** Follow-ups that are due and not answered, of these requesters and practices, longest due first, after a place. */
export function dueFollowUps(
  db: Queryable,
  principals: readonly string[],
  after: Place | undefined,
  limit: number,
  now: Date,
): Promise<FollowUpListed[]> {
  const first = '00000000-0000-0000-0000-000000000000';
  return db.run(list, [principals, now, after?.at ?? '-infinity', after?.caseId ?? first, limit]);
}
