import { statement, type Queryable, type Transaction } from '@definitivedx/db';

const responsible = statement<{ cases: number }>(
  'cases.responsible-for',
  'select count(*)::int as cases from responsibility where member_id = $1 and until_at is null',
);

/** How many open cases a member answers for. */
export async function responsibleFor(db: Queryable, memberId: string): Promise<number> {
  const [row] = await db.run(responsible, [memberId]);
  return row?.cases ?? 0;
}

const asked = statement<{ organisationId: string; cases: number }>(
  'cases.asked-and-open',
  `select c.organisation_id as "organisationId", count(*)::int as cases
     from audience a join cases c on c.id = a.case_id
    where a.principal = $1 and a.kind = 'requester'
      and c.status in ('awaiting-advice', 'awaiting-information', 'advice-given')
    group by 1 order by 1`,
);

/** How many open cases a member has asked, by the practice these belong to. */
export const askedFor = (
  db: Queryable,
  memberId: string,
): Promise<{ organisationId: string; cases: number }[]> => db.run(asked, [memberId]);

const askedOpen = statement<{ caseId: string }>(
  'cases.asked-in',
  `select c.id as "caseId" from audience a join cases c on c.id = a.case_id
    where a.principal = $1 and a.kind = 'requester' and c.organisation_id = $2
      and c.status in ('awaiting-advice', 'awaiting-information', 'advice-given')
    order by c.id desc limit $3`,
);

/** Open cases that a member has asked for a practice, the latest first. */
export const askedIn = async (
  db: Queryable,
  memberId: string,
  organisationId: string,
  limit: number,
): Promise<string[]> =>
  (await db.run(askedOpen, [memberId, organisationId, limit])).map(({ caseId }) => caseId);

const forgetReservations = statement<{ one: number }>(
  'cases.erase-reservations',
  'delete from reserved_ids where caller_id = $1 returning 1 as one',
);

/** Forgets the commands of a member that never came to an end. @returns how many. */
export const eraseReservations = async (tx: Transaction, memberId: string): Promise<number> =>
  (await tx.run(forgetReservations, [memberId])).length;
