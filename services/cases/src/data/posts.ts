import type { PostKind, Recommendation } from '@definitivedx/contracts';
import { statement, type Transaction } from '@definitivedx/db';

interface NewPost {
  readonly postId: string;
  readonly caseId: string;
  readonly kind: PostKind;
  readonly authorId: string;
  readonly organisationId: string;
  readonly body: string;
  readonly recommendation: Recommendation | undefined;
  readonly bytes: number;
  readonly at: Date;
}

// The case row is locked, so the counter gives each post the next number without a gap.
const insert = statement<never>(
  'post-insert',
  `with counted as (
     update cases set post_count = post_count + 1, text_bytes = text_bytes + $9 where id = $2 returning post_count
   )
   insert into post (id, case_id, number, kind, author_id, organisation_id, body, recommendation, posted_at)
   select $1, $2, post_count, $3, $4, $5, $6, $7, $8 from counted`,
);

/** Adds a post to a case whose row the transaction has locked. */
export async function insertPost(tx: Transaction, post: NewPost): Promise<void> {
  const { postId, caseId, kind, authorId, organisationId, body, recommendation, at, bytes } = post;
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
  ]);
}
