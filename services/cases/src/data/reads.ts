import type {
  CaseContentRead,
  CaseStatus,
  FlagKind,
  Priority,
  ReplyOf,
  getCase,
} from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';
import type { Place } from '../domain/cursor.js';
import type { EndedAs } from './endings.js';

export interface CaseRead extends CaseContentRead {
  readonly caseId: string;
  readonly code: string;
  readonly status: CaseStatus;
  readonly version: number;
  readonly requesterId: string;
  readonly organisationId: string;
  readonly responsibleId: string | null;
  readonly leadPanelId: string | null;
  readonly answerBy: Date | null;
  readonly clock: ReplyOf<typeof getCase>['clock'];
  readonly createdAt: Date;
  readonly lastActivityAt: Date;
  readonly endedAt: Date | null;
  readonly endedAs: EndedAs | null;
  readonly survey: 'given' | 'missing' | null;
  readonly flags: FlagKind[];
  /** As PostgreSQL writes JSON, here and in the consent: times are text with an offset. */
  readonly posts: ReplyOf<typeof getCase>['posts'];
}

export interface CaseListed extends Place {
  readonly code: string;
  readonly question: string;
  readonly status: CaseStatus;
  readonly endedAs: EndedAs | null;
  readonly priority: Priority;
  readonly requesterId: string;
  readonly responsibleId: string | null;
  readonly answerBy: Date | null;
  readonly createdAt: Date;
}

/** By when an answer is awaited, if one is: of a clock that has not stopped. Cases from before clocks have none. */
const answerBy = `case when k.stopped_at is null then k.due_at end as "answerBy"`;

/** By whose consent it was shared, and who recorded that; cases from before this was asked have none. */
const consent = `case when c.consent_at is not null then jsonb_build_object('sharing', c.consent_sharing,
       'photographs', c.consent_photographs, 'recordedBy', c.consent_by, 'recordedAt', c.consent_at) end`;
/** How it ended, and what keeps it among invited people. */
const ending = `case when c.status in ('closed', 'cancelled', 'converted') then coalesce(c.ended_at, c.last_activity_at) end
       as "endedAt", c.ended_as as "endedAs",
     case when c.status = 'closed' then case when exists (
       select from survey s where s.case_id = c.id and s.closed_at = coalesce(c.ended_at, s.closed_at)
     ) then 'given' else 'missing' end end as survey,
     array(select f.kind from case_flag f where f.case_id = c.id and f.cleared_at is null order by f.kind) as flags`;

// One statement, so that the version and the posts are of one moment.
const read = statement<CaseRead>(
  'case-read',
  `select c.id as "caseId", c.code, c.question, c.history, c.age_band as "ageBand", c.sex,
     c.intended_action as "intendedAction", c.priority, c.examination, c.results, c.medication, c.specialty,
     c.referral_allowed as "referralAllowed", ${consent} as consent, c.status, c.version, c.requester_id as "requesterId",
     c.organisation_id as "organisationId", r.member_id as "responsibleId", c.lead_panel_id as "leadPanelId", ${answerBy},
     case when k.case_id is null or k.stopped_at is not null then 'stopped' when k.running_since is null then 'paused'
       else 'running' end as clock,
     c.created_at as "createdAt", c.last_activity_at as "lastActivityAt", ${ending},
     coalesce((
       select jsonb_agg(jsonb_build_object('postId', p.id, 'number', p.number, 'kind', p.kind, 'authorId', p.author_id,
         'body', p.body, 'recommendation', p.recommendation, 'postedAt', p.posted_at) order by p.number)
       from post p where p.case_id = c.id
     ), '[]') as posts
   from cases c left join responsibility r on r.case_id = c.id and r.until_at is null
   left join response_clock k on k.case_id = c.id
   where c.id = $1`,
);

/** A case with its discussion, or undefined. Only after access has said that the reader may see it. */
export async function readCase(db: Queryable, caseId: string): Promise<CaseRead | undefined> {
  const [row] = await db.run(read, [caseId]);
  return row;
}

const listed = `c.id as "caseId", c.code, c.question, c.status, c.ended_as as "endedAs", c.priority, c.requester_id as "requesterId",
     r.member_id as "responsibleId", ${answerBy}, c.created_at as "createdAt"`;
const besides = `left join responsibility r on r.case_id = c.id and r.until_at is null
   left join response_clock k on k.case_id = c.id`;

// Each principal's list is an index range of its own; only the heads are merged, so a page costs the same however
// many cases there are. The inner `distinct` keeps a case shared twice with one principal from shortening its list,
// the outer one merges principals: all rows of a case carry the same last activity.
const list = statement<CaseListed>(
  'case-list',
  `select ${listed}, page.last_activity_at as "lastActivityAt"
   from (
     select distinct found.last_activity_at, found.case_id
     from unnest($1::uuid[]) as mine (principal) cross join lateral (
       select distinct a.last_activity_at, a.case_id from audience a
       where a.principal = mine.principal and (a.expires_at is null or a.expires_at > $2)
         and (a.last_activity_at, a.case_id) < ($3::timestamptz, $4::uuid)
       order by a.last_activity_at desc, a.case_id desc limit $5
     ) found
     order by found.last_activity_at desc, found.case_id desc limit $5
   ) page
   join cases c on c.id = page.case_id
   ${besides}
   order by page.last_activity_at desc, page.case_id desc`,
);

/** Cases filed under any of these principals, latest activity first, starting after a place. */
export function listFiled(
  db: Queryable,
  principals: readonly string[],
  after: Place | undefined,
  limit: number,
  now: Date,
): Promise<CaseListed[]> {
  const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  return db.run(list, [principals, now, after?.lastActivityAt ?? 'infinity', after?.caseId ?? last, limit]);
}

const byCode = statement<CaseListed>(
  'case-by-code',
  `select ${listed}, c.last_activity_at as "lastActivityAt"
   from cases c
   ${besides}
   where c.code = $3 and exists (
     select from audience a
     where a.case_id = c.id and a.principal = any($1::uuid[]) and (a.expires_at is null or a.expires_at > $2)
   )`,
);

/** The case of a code, if it is filed under any of these principals. */
export function findFiled(
  db: Queryable,
  principals: readonly string[],
  code: string,
  now: Date,
): Promise<CaseListed[]> {
  return db.run(byCode, [principals, now, code]);
}
