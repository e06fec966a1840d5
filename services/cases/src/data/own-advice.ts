import type { Recommendation } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';
import { adviserOf, type PostRead } from './post-reads.js';

export interface OwnAdvice extends Pick<PostRead, 'postId' | 'body' | 'adviser' | 'safetyNet' | 'links'> {
  readonly caseId: string;
  readonly recommendation: Recommendation;
  readonly postedAt: Date;
  readonly superseded: boolean;
  readonly withdrawnAt: Date | null;
  readonly withdrawnReason: string | null;
}

const list = statement<OwnAdvice>(
  'own-advice',
  `select p.id as "postId", p.case_id as "caseId", p.body, p.recommendation, ${adviserOf('p')} as adviser,
     p.safety_net as "safetyNet", p.links, p.posted_at as "postedAt", p.superseded_by is not null as superseded,
     p.withdrawn_at as "withdrawnAt", p.withdrawn_reason as "withdrawnReason"
   from post p
   where p.author_id = $1 and p.kind = 'advice' and (p.posted_at, p.id) < ($2::timestamptz, $3::uuid)
   order by p.posted_at desc, p.id desc limit $4`,
);

/** A member's own advice, latest first, after a place. */
export const adviceOf = (
  db: Queryable,
  memberId: string,
  after: { readonly postedAt: Date; readonly postId: string } | undefined,
  limit: number,
): Promise<OwnAdvice[]> =>
  db.run(list, [
    memberId,
    after?.postedAt ?? 'infinity',
    after?.postId ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    limit,
  ]);
