import type { Adviser, InputOf, PostKind, Recommendation, addPost } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { mayBePlan } from './plan.js';

interface NewPost extends Pick<InputOf<typeof addPost>, 'safetyNet' | 'links'> {
  readonly postId: string;
  readonly caseId: string;
  readonly kind: PostKind;
  readonly authorId: string;
  readonly organisationId: string;
  /** Whether its author writes on the asking side. */
  readonly asking: boolean;
  readonly body: string;
  readonly recommendation: Recommendation | undefined;
  readonly adviser: Adviser | undefined;
  readonly bytes: number;
  readonly at: Date;
}

// The case row is locked, so the counter gives each post the next number without a gap.
const insert = statement<never>(
  'post-insert',
  `with counted as (
     update cases set post_count = post_count + 1, text_bytes = text_bytes + $9 where id = $2 returning post_count
   )
   insert into post (id, case_id, number, kind, author_id, organisation_id, body, recommendation, posted_at, asking,
     adviser_grade, professional_number, supervisor_number, safety_net, links)
   select $1, $2, post_count, $3, $4, $5, $6, $7, $8, $10, $11, $12, $13, $14, $15::jsonb from counted`,
);

/** Adds a post to a case whose row the transaction has locked. */
export async function insertPost(tx: Transaction, post: NewPost): Promise<void> {
  const { postId, caseId, kind, authorId, organisationId, body, recommendation, at, bytes, adviser } = post;
  await tx.run(insert, [
    postId,
    caseId,
    kind,
    authorId,
    organisationId,
    body,
    recommendation ?? null,
    at,
    bytes,
    post.asking,
    adviser?.grade ?? null,
    adviser?.professionalNumber ?? null,
    adviser?.supervisor?.professionalNumber ?? null,
    post.safetyNet ?? null,
    post.links.length > 0 ? JSON.stringify(post.links) : null,
  ]);
}

/** What commands need to know of a post before they change it. */
export interface PostState {
  readonly kind: PostKind;
  readonly number: number;
  readonly authorId: string;
  readonly asking: boolean | null;
  readonly body: string;
  readonly postedAt: Date;
  readonly withdrawnAt: Date | null;
  readonly supersededBy: string | null;
}

const read = statement<PostState>(
  'post-state',
  `select kind, number, author_id as "authorId", asking, body, posted_at as "postedAt", withdrawn_at as "withdrawnAt",
     superseded_by as "supersededBy"
   from post where case_id = $1 and id = $2`,
);

/** The state of a post of this case, or undefined. */
export async function postState(
  db: Queryable,
  caseId: string,
  postId: string,
): Promise<PostState | undefined> {
  const [row] = await db.run(read, [caseId, postId]);
  return row;
}

const keepFormer = statement<never>(
  'post-keep-former',
  `insert into post_edit (post_id, number, body, written_at, replaced_at)
   select p.id, 1 + (select count(*) from post_edit e where e.post_id = p.id), p.body,
     coalesce(p.edited_at, p.posted_at), $2
   from post p where p.id = $1`,
);

const replace = statement<never>('post-replace', 'update post set body = $2, edited_at = $3 where id = $1');

const addBytes = statement<never>(
  'case-add-bytes',
  'update cases set text_bytes = text_bytes + $2 where id = $1',
);

/** Gives a post another text, and keeps the former one. */
export function replaceText(
  tx: Transaction,
  of: { caseId: string; postId: string; body: string; bytes: number; at: Date },
): void {
  tx.later(keepFormer, [of.postId, of.at]);
  tx.later(replace, [of.postId, of.body, of.at]);
  tx.later(addBytes, [of.caseId, of.bytes]);
}

const formerTexts = statement<{ body: string; writtenAt: Date; replacedAt: Date }>(
  'post-former-texts',
  `select e.body, e.written_at as "writtenAt", e.replaced_at as "replacedAt"
   from post p join post_edit e on e.post_id = p.id
   where p.case_id = $1 and p.id = $2 and p.withdrawn_at is null order by e.number`,
);

/** The former texts of a post that is not withdrawn, oldest first. */
export const textsBefore = (
  db: Queryable,
  caseId: string,
  postId: string,
): Promise<{ body: string; writtenAt: Date; replacedAt: Date }[]> => db.run(formerTexts, [caseId, postId]);

const withdraw = statement<never>(
  'post-withdraw',
  'update post set withdrawn_at = $2, withdrawn_reason = $3 where id = $1',
);

/** Marks a post as taken back. Its content stays for the record and is shown to nobody who reads the case. */
export function markWithdrawn(
  tx: Transaction,
  of: { caseId: string; postId: string; reason: string; bytes: number; at: Date },
): void {
  tx.later(withdraw, [of.postId, of.at, of.reason]);
  tx.later(addBytes, [of.caseId, of.bytes]);
}

const left = statement<{ advice: boolean; question: boolean }>(
  'post-left',
  `select
     exists (select from post p where p.case_id = $1 and ${mayBePlan}) as advice,
     exists (select from post q join cases c on c.id = q.case_id
       where q.case_id = $1 and q.kind = 'question' and q.withdrawn_at is null
         and not coalesce(q.asking, q.author_id = c.requester_id)
         and not exists (select from post a where a.case_id = $1 and a.number > q.number
           and a.kind in ('question', 'information') and coalesce(a.asking, a.author_id = c.requester_id))) as question`,
);

/** Whether advice is in force in a case, and whether a question of the specialists is still unanswered. */
export async function whatIsLeft(
  tx: Transaction,
  caseId: string,
): Promise<{ readonly advice: boolean; readonly question: boolean }> {
  const [row] = await tx.run(left, [caseId]);
  return row ?? { advice: false, question: false };
}
