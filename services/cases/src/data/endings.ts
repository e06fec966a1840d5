import type {
  CaseStatus,
  InputOf,
  ReplyOf,
  cancelCase,
  moveToIdentifiedRoute,
} from '@definitivedx/contracts';
import { statement, type Transaction } from '@definitivedx/db';
import { mayBePlan } from './plan.js';

export type EndedAs = ReplyOf<typeof moveToIdentifiedRoute>['endedAs'];

/** What decides whether a case may end, or begin again. */
export interface EndingState {
  readonly requesterId: string;
  readonly organisationId: string;
  readonly referralAllowed: boolean;
  /** Null while it is open. */
  readonly endedAt: Date | null;
  /** When it ended or was reopened last. */
  readonly turnedAt: Date | null;
  /** Of the plan. */
  readonly latestAdviceId: string | null;
  readonly lastPostAt: Date | null;
  /** A survey of the latest closing is there. */
  readonly surveyed: boolean;
}

const read = statement<EndingState>(
  'ending-state',
  `select c.requester_id as "requesterId", c.organisation_id as "organisationId",
     c.referral_allowed as "referralAllowed", ended.at as "endedAt",
     (select max(greatest(e.ended_at, e.reopened_at)) from ending e where e.case_id = c.id) as "turnedAt",
     (select p.id from post p where p.case_id = c.id and ${mayBePlan} order by p.number desc limit 1) as "latestAdviceId",
     (select p.posted_at from post p where p.case_id = c.id order by p.number desc limit 1) as "lastPostAt",
     exists (select from survey s where s.case_id = c.id and s.closed_at = ended.at) as surveyed
   from cases c cross join lateral (
     select case when c.status in ('closed', 'cancelled', 'converted')
       then coalesce(c.ended_at, (select max(s.closed_at) from survey s where s.case_id = c.id), c.last_activity_at) end as at
   ) ended
   where c.id = $1`,
);

/** Of a case whose row the transaction has locked. */
export async function endingState(tx: Transaction, caseId: string): Promise<EndingState> {
  const [row] = await tx.run(read, [caseId]);
  if (row === undefined) throw new Error('a locked case has no row');
  return row;
}

const opened = statement<{ postId: string }>(
  'advice-opened-before',
  `select latest.id as "postId" from (
     select p.id, p.number, p.opened_at from post p where p.case_id = $1 and ${mayBePlan} order by p.number desc limit 1
   ) latest
   where latest.number < $2 and latest.opened_at is not null`,
);

/**
 * The plan, when the asking side has opened it and it is older than a post.
 * @returns undefined when there is none, it is newer, or nobody has opened it
 */
export async function openedAdviceBefore(
  tx: Transaction,
  caseId: string,
  number: number,
): Promise<string | undefined> {
  const [row] = await tx.run(opened, [caseId, number]);
  return row?.postId;
}

export interface Ending {
  readonly caseId: string;
  readonly status: CaseStatus;
  readonly endedAs?: EndedAs;
  /** Null when it ended by itself. */
  readonly endedBy: string | null;
  readonly reason?: InputOf<typeof cancelCase>['reason'];
  readonly comment?: string | undefined;
  readonly at: Date;
}

const insert = statement<never>(
  'ending-insert',
  `with ended as (
     update cases set ended_at = $2, ended_as = $4 where id = $1
   )
   insert into ending (case_id, ended_at, status, ended_as, ended_by, reason, comment) values ($1, $2, $3, $4, $5, $6, $7)`,
);

/** Records how and why a case ended. Its status is changed beside this, by what records the change. */
export function insertEnding(tx: Transaction, ending: Ending): void {
  const { caseId, at, status, endedAs, endedBy, reason, comment } = ending;
  tx.later(insert, [caseId, at, status, endedAs ?? null, endedBy, reason ?? null, comment ?? null]);
}

const undo = statement<never>(
  'ending-undo',
  `with open as (
     update cases set ended_at = null, ended_as = null where id = $1
   )
   update ending set reopened_at = $2, reopened_by = $3 where case_id = $1 and reopened_at is null`,
);

/** Records that an ended case is open again, by whom and from when. */
export function undoEnding(tx: Transaction, caseId: string, by: string, at: Date): void {
  tx.later(undo, [caseId, at, by]);
}
