import type { InputOf, closeCase } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { mayBePlan } from './plan.js';
import type { RecordCopy } from '../domain/record-text.js';
import { adviserOf, type PostRead } from './post-reads.js';

const insert = statement<never>(
  'survey-insert',
  `insert into survey (case_id, member_id, outcome, referral, value_to_patient, value_to_provider, comment, closed_at, given_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);

/** Keeps the survey of a closing: given with it, or later for a case that closed without one. */
export async function insertSurvey(
  tx: Transaction,
  given: {
    caseId: string;
    memberId: string;
    survey: InputOf<typeof closeCase>['survey'];
    closedAt: Date;
    givenAt?: Date;
  },
): Promise<void> {
  const { outcome, referral, valueToPatient, valueToProvider, comment } = given.survey;
  await tx.run(insert, [
    given.caseId,
    given.memberId,
    outcome,
    referral,
    valueToPatient ?? null,
    valueToProvider ?? null,
    comment ?? null,
    given.closedAt,
    given.givenAt ?? null,
  ]);
}

const take = statement<{ adviceId: string | null }>(
  'record-copy-take',
  `insert into record_copy (id, case_id, member_id, version, advice_id, panel_name, taken_at)
   select $1, c.id, $3, c.version, (
     select p.id from post p
     where p.case_id = c.id and ${mayBePlan}
     order by p.number desc limit 1
   ), $4, $5
   from cases c where c.id = $2
   returning advice_id as "adviceId"`,
);

/** Records that a case was copied to the record, with its plan. Undefined when there is no such case. */
export async function takeCopy(
  tx: Transaction,
  copy: { copyId: string; caseId: string; memberId: string; panelName: string | null; at: Date },
): Promise<{ adviceId: string | null } | undefined> {
  const [taken] = await tx.run(take, [copy.copyId, copy.caseId, copy.memberId, copy.panelName, copy.at]);
  return taken;
}

interface CopyRead extends Omit<RecordCopy, 'advice'> {
  readonly adviceId: string | null;
  /** As PostgreSQL writes JSON: `at` is text with an offset. */
  readonly advice:
    | (Omit<NonNullable<RecordCopy['advice']>, 'at' | 'replaces' | 'adviser'> & {
        readonly at: string;
        readonly replaces: string | null;
        readonly adviser: PostRead['adviser'];
      })
    | null;
}

const read = statement<CopyRead>(
  'record-copy-read',
  `select c.code, r.version, c.priority, c.question, c.created_at as "askedAt", r.panel_name as "panelName",
     r.taken_at as "takenAt", r.advice_id as "adviceId",
     exists (select from post p where p.case_id = r.case_id and p.kind = 'advice' and p.withdrawn_at <= r.taken_at)
       as withdrawn,
     (select jsonb_build_object('body', p.body, 'recommendation', p.recommendation, 'at', p.posted_at,
        'safetyNet', p.safety_net, 'links', coalesce(p.links, '[]'), 'adviser', ${adviserOf('p')},
        'replaces', (select o.posted_at from post o where o.superseded_by = p.id))
      from post p where p.id = r.advice_id) as advice
   from record_copy r join cases c on c.id = r.case_id
   where r.id = $1`,
);

/** A copy as it was taken, or undefined. */
export async function copyTaken(
  db: Queryable,
  copyId: string,
): Promise<(RecordCopy & { adviceId: string | null }) | undefined> {
  const [row] = await db.run(read, [copyId]);
  if (!row?.advice) return row && { ...row, advice: null };
  const { at, replaces, adviser } = row.advice;
  return {
    ...row,
    advice: {
      ...row.advice,
      at: new Date(at),
      replaces: replaces === null ? null : new Date(replaces),
      adviser: adviser && { ...adviser, supervisor: adviser.supervisor ?? undefined },
    },
  };
}
