import type { InputOf, ReplyOf, getTeaching, offerForTeaching } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { v7 } from 'uuid';

export type TeachingCase = ReplyOf<typeof getTeaching>;

/** What of a case decides how coarsely it is taught, and whether. */
export interface ToTeach {
  readonly ageBand: string;
  readonly code: string;
  readonly createdAt: Date;
  readonly flagged: boolean;
  readonly offered: boolean;
}

const toTeach = statement<ToTeach>(
  'teaching-of-case',
  `select c.age_band as "ageBand", c.code, c.created_at as "createdAt",
     exists (select from case_flag f where f.case_id = c.id and f.cleared_at is null) as flagged,
     exists (select from teaching_offer o where o.case_id = c.id and o.ended_at is null) as offered
   from cases c where c.id = $1`,
);

/** Of a case whose row the transaction has locked. */
export async function caseToTeach(tx: Transaction, caseId: string): Promise<ToTeach> {
  const [row] = await tx.run(toTeach, [caseId]);
  if (row === undefined) throw new Error('a locked case has no row');
  return row;
}

const insert = statement<never>(
  'teaching-insert',
  `with taught as (
     insert into teaching (id, question, course, learning_point, age, duration) values ($1, $2, $3, $4, $5, $6)
   )
   insert into teaching_offer (id, case_id, teaching_id, offered_by, offered_at, attestation_version, attestation_hash)
   values ($7, $8, $1, $9, $10, $11, $12)`,
);

/** Keeps a case for teaching, and whose it was apart from it. */
export function insertTeaching(
  tx: Transaction,
  taught: TeachingCase,
  offer: {
    readonly caseId: string;
    readonly by: string;
    readonly at: Date;
    readonly attestation: InputOf<typeof offerForTeaching>['attestation'];
  },
): void {
  const { teachingId, question, course, learningPoint, age, duration } = taught;
  const { caseId, by, at, attestation } = offer;
  tx.later(insert, [
    ...[teachingId, question, course, learningPoint, age, duration],
    ...[v7(), caseId, by, at, attestation.version, attestation.hash],
  ]);
}

const end = statement<{ offerId: string }>(
  'teaching-end',
  `with ended as (
     update teaching_offer set ended_at = $3, ended_by = $2 where case_id = $1 and ended_at is null
     returning id, teaching_id
   ), gone as (
     delete from teaching where id in (select teaching_id from ended)
   )
   select id as "offerId" from ended`,
);

/** Takes a case out of teaching. @param by null when it follows from something else @returns whether it was in it */
export async function endOffer(
  tx: Transaction,
  caseId: string,
  by: string | null,
  at: Date,
): Promise<boolean> {
  return (await tx.run(end, [caseId, by, at])).length > 0;
}

const endAll = statement<never>(
  'teaching-end-all',
  `with ended as (
     update teaching_offer o set ended_at = $2 from cases c
      where c.id = o.case_id and c.organisation_id = $1 and o.ended_at is null
     returning o.case_id, o.teaching_id
   ), gone as (
     delete from teaching where id in (select teaching_id from ended)
   )
   insert into timeline (case_id, kind, actor_id, subject_id, detail, at)
   select case_id, 'teaching-ended', null, null, jsonb_build_object('why', 'turned-off'), $2 from ended`,
);

/** Takes all cases of an organisation out of teaching, with a row on the timeline of each. */
export function endAllOffers(tx: Transaction, organisationId: string, at: Date): void {
  tx.later(endAll, [organisationId, at]);
}

const offerOf = statement<{ teachingId: string; offeredAt: Date }>(
  'teaching-offer-of',
  `select teaching_id as "teachingId", offered_at as "offeredAt" from teaching_offer
   where case_id = $1 and ended_at is null`,
);

/** Under which id a case is taught; for its asking side alone. */
export async function offerOfCase(
  db: Queryable,
  caseId: string,
): Promise<{ teachingId: string; offeredAt: Date } | undefined> {
  const [row] = await db.run(offerOf, [caseId]);
  return row;
}

const columns = `id as "teachingId", question, course, learning_point as "learningPoint", age, duration`;

const list = statement<TeachingCase>(
  'teaching-list',
  `select ${columns} from teaching where $1::uuid is null or id > $1::uuid order by id limit $2`,
);

/** Cases for teaching after one, in the order of ids that were drawn at random. */
export const teachingAfter = (
  db: Queryable,
  after: string | undefined,
  limit: number,
): Promise<TeachingCase[]> => db.run(list, [after ?? null, limit]);

const get = statement<TeachingCase>('teaching-get', `select ${columns} from teaching where id = $1`);

/** One case for teaching, or undefined. */
export async function teachingOf(db: Queryable, teachingId: string): Promise<TeachingCase | undefined> {
  const [row] = await db.run(get, [teachingId]);
  return row;
}
