import { statement, type Queryable, type Transaction } from '@definitivedx/db';

const supersede = statement<never>('advice-supersede', 'update post set superseded_by = $2 where id = $1');

// Who has read or copied it, and who was still to acknowledge it. The case is locked: no mark or copy comes between.
const owe = statement<never>(
  'acknowledgement-owe',
  `insert into acknowledgement (post_id, case_id, member_id, about, owed_at)
   select $3, p.case_id, who.member_id, $4, $5
   from post p cross join lateral (
     select m.member_id from read_mark m where m.case_id = p.case_id and m.asking and m.seen >= p.number
     union select r.member_id from record_copy r where r.case_id = p.case_id and r.advice_id = p.id
     union select a.member_id from acknowledgement a where a.post_id = p.id
   ) who
   where p.case_id = $1 and p.id = $2
   on conflict (post_id, member_id, about) do nothing`,
);

interface Replacing {
  readonly caseId: string;
  readonly oldId: string;
  readonly newId: string;
  readonly at: Date;
}

/** Puts new advice in the place of old: whoever on the asking side knows the old one has to acknowledge the new. */
export function supersedeAdvice(tx: Transaction, { caseId, oldId, newId, at }: Replacing): void {
  tx.later(supersede, [oldId, newId]);
  tx.later(owe, [caseId, oldId, newId, 'advice', at]);
}

/** Has whoever on the asking side knows this advice acknowledge that it was withdrawn. */
export function oweWithdrawal(tx: Transaction, caseId: string, postId: string, at: Date): void {
  tx.later(owe, [caseId, postId, postId, 'withdrawal', at]);
}

// Somebody who read the case just before its advice was superseded marks it just after: they know the old one alone.
const oweLate = statement<never>(
  'acknowledgement-owe-late',
  `with recursive chain as (
     select p.id, p.superseded_by as next from post p
     where p.case_id = $1 and p.superseded_by is not null and p.number <= $3
     union
     select p.id, p.superseded_by from chain join post p on p.id = chain.next
   )
   insert into acknowledgement (post_id, case_id, member_id, about, owed_at)
   select last.id, $1, $2, case when last.withdrawn_at is null then 'advice' else 'withdrawal' end, $4
   from chain join post last on last.id = chain.id
   where chain.next is null and last.number > $3
   on conflict (post_id, member_id, about) do nothing`,
);

/** Has a reader who marked up to a post acknowledge what superseded, further down, advice that they have read. */
export function oweWhatCameAfter(
  tx: Transaction,
  of: { readonly caseId: string; readonly memberId: string; readonly seen: number; readonly at: Date },
): void {
  tx.later(oweLate, [of.caseId, of.memberId, of.seen, of.at]);
}

/** The acknowledgements that are waited for in case `c`, one row each, as `a` with their post `p`. */
const waiting = `acknowledgement a join post p on p.id = a.post_id
   where a.owed_at is not null and a.at is null and p.superseded_by is null
     and (a.about = 'withdrawal') = (p.withdrawn_at is not null)`;

const owing = statement<{ memberId: string }>(
  'acknowledgement-owing',
  `select distinct a.member_id as "memberId" from ${waiting} and a.case_id = $1`,
);

/** Who has still to acknowledge advice of a case. */
export const thoseOwing = async (db: Queryable, caseId: string): Promise<string[]> =>
  (await db.run(owing, [caseId])).map(({ memberId }) => memberId);

/**
 * Whether everybody who read or copied advice that was superseded or withdrawn has acknowledged it: the condition
 * `advice-acknowledged` of the status table. The case is locked.
 * @param gone those who may not see the case any more, and so cannot
 */
export async function adviceAcknowledged(
  tx: Transaction,
  caseId: string,
  gone: readonly string[] = [],
): Promise<boolean> {
  return (await thoseOwing(tx, caseId)).every((memberId) => gone.includes(memberId));
}

/** The posts that member $2 has to acknowledge in case `c`, as a JSON array. */
export const toAcknowledge = `coalesce((
     select jsonb_agg(a.post_id order by p.number) from ${waiting} and a.case_id = c.id and a.member_id = $2
   ), '[]')`;

const acknowledge = statement<{ understood: boolean; at: Date }>(
  'acknowledgement-give',
  `insert into acknowledgement as a (post_id, case_id, member_id, about, understood, at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (post_id, member_id, about) do update
     set understood = a.understood or excluded.understood, at = coalesce(a.at, excluded.at)
   returning understood, at`,
);

/** Records that somebody took note of advice, or of its withdrawal. Once understood it stays so. */
export async function giveAcknowledgement(
  tx: Transaction,
  of: {
    readonly postId: string;
    readonly caseId: string;
    readonly memberId: string;
    readonly about: 'advice' | 'withdrawal';
    readonly understood: boolean;
    readonly at: Date;
  },
): Promise<{ understood: boolean; at: Date }> {
  const { postId, caseId, memberId, about, understood, at } = of;
  const [row] = await tx.run(acknowledge, [postId, caseId, memberId, about, understood, at]);
  return row ?? { understood, at };
}
