import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { one } from './cases.js';

/**
 * How many posts of a case somebody has not read: those of others after their mark, withdrawn ones left out. Counted in
 * the index `post_unread` alone.
 * @param caseId and `memberId` as SQL: a column or a parameter
 */
export const unreadOf = (caseId: string, memberId: string): string => `(
     select count(*)::int from post u
     where u.case_id = ${caseId} and u.withdrawn_at is null and u.author_id <> ${memberId}
       and u.number > coalesce((
         select m.seen from read_mark m where m.case_id = ${caseId} and m.member_id = ${memberId}
       ), 0)
   )`;

const count = statement<{ posts: number }>(
  'case-post-count',
  'select post_count as posts from cases where id = $1',
);

/** How many posts a case has, withdrawn ones included. */
export async function postCount(db: Queryable, caseId: string): Promise<number> {
  return one(await db.run(count, [caseId])).posts;
}

const mark = statement<{ seen: number }>(
  'read-mark-set',
  `insert into read_mark (case_id, member_id, seen, asking, at) values ($1, $2, $3, $4, $5)
   on conflict (case_id, member_id) do update
     set seen = greatest(read_mark.seen, excluded.seen), asking = read_mark.asking or excluded.asking, at = excluded.at
   returning seen`,
);

/** Moves somebody's mark forward. @returns where it is now; it never moves back. */
export async function setMark(
  tx: Transaction,
  of: {
    readonly caseId: string;
    readonly memberId: string;
    readonly number: number;
    readonly asking: boolean;
    readonly at: Date;
  },
): Promise<number> {
  return one(await tx.run(mark, [of.caseId, of.memberId, of.number, of.asking, of.at])).seen;
}

const unread = statement<{ unread: number }>('read-mark-unread', `select ${unreadOf('$1', '$2')} as unread`);

/** How many posts of a case somebody has not read. */
export async function unreadCount(db: Queryable, caseId: string, memberId: string): Promise<number> {
  return one(await db.run(unread, [caseId, memberId])).unread;
}

const open = statement<{ postId: string }>(
  'advice-open',
  `update post set opened_at = $3
   where case_id = $1 and kind = 'advice' and opened_at is null and withdrawn_at is null
     and (number <= $2 or id = $4)
   returning id as "postId"`,
);

/** Marks advice up to a number, or one advice, as opened by the asking side. @returns what was not open before. */
export async function openAdvice(
  tx: Transaction,
  of: { readonly caseId: string; readonly upTo?: number; readonly postId?: string; readonly at: Date },
): Promise<string[]> {
  const opened = await tx.run(open, [of.caseId, of.upTo ?? 0, of.at, of.postId ?? null]);
  return opened.map(({ postId }) => postId);
}
