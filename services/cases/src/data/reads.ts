import type { CaseStatus, InputOf, Priority, ReplyOf, createCase, getCase } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';
import type { Place } from '../domain/cursor.js';

type Content = Pick<
  InputOf<typeof createCase>,
  'question' | 'history' | 'ageBand' | 'sex' | 'intendedAction' | 'priority'
>;

export interface CaseRead extends Content {
  readonly caseId: string;
  readonly status: CaseStatus;
  readonly version: number;
  readonly requesterId: string;
  readonly organisationId: string;
  readonly responsibleId: string | null;
  readonly createdAt: Date;
  readonly lastActivityAt: Date;
  /** As PostgreSQL writes JSON: `postedAt` is text with an offset. */
  readonly posts: ReplyOf<typeof getCase>['posts'];
}

export interface CaseListed extends Place {
  readonly question: string;
  readonly status: CaseStatus;
  readonly priority: Priority;
  readonly requesterId: string;
  readonly responsibleId: string | null;
  readonly createdAt: Date;
}

// One statement, so that the version and the posts are of one moment.
const read = statement<CaseRead>(
  'case-read',
  `select c.id as "caseId", c.question, c.history, c.age_band as "ageBand", c.sex,
     c.intended_action as "intendedAction", c.priority, c.status, c.version, c.requester_id as "requesterId",
     c.organisation_id as "organisationId", r.member_id as "responsibleId",
     c.created_at as "createdAt", c.last_activity_at as "lastActivityAt",
     coalesce((
       select jsonb_agg(jsonb_build_object('postId', p.id, 'number', p.number, 'kind', p.kind, 'authorId', p.author_id,
         'body', p.body, 'recommendation', p.recommendation, 'postedAt', p.posted_at) order by p.number)
       from post p where p.case_id = c.id
     ), '[]') as posts
   from cases c left join responsibility r on r.case_id = c.id and r.until_at is null
   where c.id = $1`,
);

/** A case with its discussion, or undefined. Only after access has said that the reader may see it. */
export async function readCase(db: Queryable, caseId: string): Promise<CaseRead | undefined> {
  const [row] = await db.run(read, [caseId]);
  return row;
}

// Each principal's list is an index range of its own; only the heads are merged, so a page costs the same however
// many cases there are. The inner `distinct` keeps a case shared twice with one principal from shortening its list,
// the outer one merges principals: all rows of a case carry the same last activity.
const list = statement<CaseListed>(
  'case-list',
  `select c.id as "caseId", c.question, c.status, c.priority, c.requester_id as "requesterId",
     r.member_id as "responsibleId", c.created_at as "createdAt", page.last_activity_at as "lastActivityAt"
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
   left join responsibility r on r.case_id = c.id and r.until_at is null
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
