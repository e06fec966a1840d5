import { asking, statement, type Asked, type Transaction } from '@definitivedx/db';

const follow = statement<never>(
  'follow-case',
  `insert into follow (member_id, case_id, followed_at) values ($1, $2, $3) on conflict do nothing`,
);
const unfollow = statement<never>(
  'unfollow-case',
  'delete from follow where member_id = $1 and case_id = $2',
);
const count = statement<{ cases: number }>(
  'followed-count',
  'select count(*)::int as cases from follow where member_id = $1 and case_id <> $2',
);
const exists = statement<{ id: string }>('followed-case', 'select id from cases where id = $1');

/** How many others a member follows, and whether there is such a case. */
export const beforeFollowing = (
  memberId: string,
  caseId: string,
): readonly [Asked<{ cases: number }>, Asked<{ id: string }>] => [
  asking(count, [memberId, caseId]),
  asking(exists, [caseId]),
];

/** Puts a case among those a member follows; it may be there already. */
export const insertFollow = (tx: Transaction, memberId: string, caseId: string, at: Date): void => {
  tx.later(follow, [memberId, caseId, at]);
};

/** Takes it out; it need not be there. */
export const deleteFollow = (tx: Transaction, memberId: string, caseId: string): void => {
  tx.later(unfollow, [memberId, caseId]);
};

const forget = statement<{ one: number }>(
  'cases.erase-follows',
  'delete from follow where member_id = $1 returning 1 as one',
);

/** Forgets what a member followed. @returns how many cases that were. */
export const eraseFollows = async (tx: Transaction, memberId: string): Promise<number> =>
  (await tx.run(forget, [memberId])).length;
