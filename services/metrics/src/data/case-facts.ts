import type {
  caseAnswered,
  caseAsked,
  caseEnded,
  caseReopened,
  DataOf,
  surveyGiven,
} from '@definitivedx/contracts';
import { asking, statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Tally } from '../domain/figures.js';
import { followUpTallies } from './follow-up-facts.js';
import type { ReportScope } from './report-scope.js';

// Each event writes its own columns and no others, so their order does not matter.

const upsertAsked = statement(
  'case-fact-asked',
  `insert into case_fact (case_id, practice_id, panel_id, panel_organisation_id, priority, intended_action, asked_at, answer_by)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (case_id) do update set
     practice_id = excluded.practice_id, panel_id = excluded.panel_id,
     panel_organisation_id = excluded.panel_organisation_id, priority = excluded.priority,
     intended_action = excluded.intended_action, asked_at = excluded.asked_at, answer_by = excluded.answer_by`,
);

/** Notes that a case was asked. */
export function saveAsked(tx: Transaction, event: DataOf<typeof caseAsked>): void {
  const { caseId, practiceId, panel, priority, intendedAction, at, answerBy } = event;
  tx.later(upsertAsked, [
    caseId,
    practiceId,
    panel?.panelId ?? null,
    panel?.organisationId ?? null,
    priority,
    intendedAction,
    at,
    answerBy,
  ]);
}

const upsertAnswered = statement(
  'case-fact-answered',
  `insert into case_fact (case_id, first_answer_at, first_answer_kind, recommendation, elapsed_minutes, working_minutes, within_target)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (case_id) do update set
     first_answer_at = excluded.first_answer_at, first_answer_kind = excluded.first_answer_kind,
     recommendation = excluded.recommendation, elapsed_minutes = excluded.elapsed_minutes,
     working_minutes = excluded.working_minutes, within_target = excluded.within_target`,
);

/** Notes the first answer to a case. */
export function saveAnswered(tx: Transaction, event: DataOf<typeof caseAnswered>): void {
  const { caseId, at, kind, recommendation, elapsedMinutes, workingMinutes, withinTarget } = event;
  tx.later(upsertAnswered, [caseId, at, kind, recommendation, elapsedMinutes, workingMinutes, withinTarget]);
}

// A case may end more than once, and its survey may come later: of each the latest counts. All columns of an ending
// are of one time, by which an older one is known that comes after it.
const upsertEnded = statement(
  'case-fact-ended',
  `insert into case_fact (case_id, ended_at, status) values ($1, $2, $3)
   on conflict (case_id) do update set ended_at = excluded.ended_at, status = excluded.status
     where case_fact.ended_at is null or case_fact.ended_at <= excluded.ended_at`,
);

const upsertSurvey = statement(
  'case-fact-survey',
  `insert into case_fact (case_id, survey_of, q1_outcome, q2_referral, q3_value_to_patient, q4_value_to_provider)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (case_id) do update set
     survey_of = excluded.survey_of, q1_outcome = excluded.q1_outcome, q2_referral = excluded.q2_referral,
     q3_value_to_patient = excluded.q3_value_to_patient, q4_value_to_provider = excluded.q4_value_to_provider
     where case_fact.survey_of is null or case_fact.survey_of <= excluded.survey_of`,
);

/** Notes the end of a case, with the survey when there is one. */
export function saveEnded(tx: Transaction, { caseId, at, status, survey }: DataOf<typeof caseEnded>): void {
  tx.later(upsertEnded, [caseId, at, status]);
  if (survey) keepSurvey(tx, caseId, at, survey);
}

/** Notes the survey of a case that had closed without one. */
export function saveSurvey(tx: Transaction, { caseId, closedAt, survey }: DataOf<typeof surveyGiven>): void {
  keepSurvey(tx, caseId, closedAt, survey);
}

function keepSurvey(
  tx: Transaction,
  caseId: string,
  closedAt: string,
  { outcome, referral, valueToPatient, valueToProvider }: DataOf<typeof surveyGiven>['survey'],
): void {
  tx.later(upsertSurvey, [
    caseId,
    closedAt,
    outcome,
    referral,
    valueToPatient ?? null,
    valueToProvider ?? null,
  ]);
}

const upsertReopened = statement(
  'case-fact-reopened',
  `insert into case_fact (case_id, reopened_at) values ($1, $2)
   on conflict (case_id) do update set reopened_at = greatest(case_fact.reopened_at, excluded.reopened_at)`,
);

/** Notes that a case is open again. */
export function saveReopened(tx: Transaction, { caseId, at }: DataOf<typeof caseReopened>): void {
  tx.later(upsertReopened, [caseId, at]);
}

export interface TallyRow extends Tally {
  readonly panelId: string | null;
  readonly month: string;
}

// Only cases that the organisation asked, or that its panel was asked: a case whose asking is not known yet belongs to
// nobody. One that ended unanswered was due only if its time had run out before. One that was opened again after its
// end is open; a survey counts for the ending it is about, as long as that is the latest.
const selectTallies = statement<Omit<TallyRow, 'followUps'>>(
  'case-fact-tallies',
  `select panel_id as "panelId", to_char(asked_month, 'YYYY-MM') as "month",
     count(*)::int as "asked",
     count(*) filter (where over_at is null)::int as "stillOpen",
     count(*) filter (where over_at is null and first_answer_at is null)::int as "unanswered",
     count(*) filter (where first_answer_at is not null or answer_by < least(over_at, $5::timestamptz))::int as "due",
     count(*) filter (where within_target)::int as "inTime",
     count(*) filter (where counts and q2_referral in ('contemplated-avoided', 'contemplated-still-needed'))::int as "contemplated",
     count(*) filter (where counts and q2_referral = 'contemplated-avoided')::int as "avoided",
     count(*) filter (where over_at is not null and status = 'closed')::int as "closed",
     count(*) filter (where counts and status = 'closed' and q1_outcome is not null)::int as "surveyed",
     coalesce(array_agg(elapsed_minutes) filter (where elapsed_minutes is not null), '{}') as "elapsed",
     coalesce(array_agg(working_minutes) filter (where working_minutes is not null), '{}') as "working"
   from case_fact cross join lateral (
     select case when ended_at > reopened_at or reopened_at is null then ended_at end as over_at
   ) ending cross join lateral (
     select over_at is not null and over_at = coalesce(survey_of, ended_at) as counts
   ) surveyed
   where (practice_id = $1 or panel_organisation_id = $1)
     and asked_month between ($2 || '-01')::date and ($3 || '-01')::date
     and ($4::uuid is null or panel_id = $4)
   group by panel_id, asked_month
   order by asked_month, panel_id nulls last`,
);

/** What is counted of the cases in scope, per panel and month of asking, as of `now`. */
export async function talliesOf(db: Queryable, scope: ReportScope, now: Date): Promise<TallyRow[]> {
  const { organisationId, from, to, panelId } = scope;
  const [rows, followUps] = await db.runAll(
    asking(selectTallies, [organisationId, from, to, panelId ?? null, now]),
    followUpTallies(scope),
  );
  return rows.map((row) => ({
    ...row,
    followUps: followUps.filter((one) => one.panelId === row.panelId && one.month === row.month),
  }));
}
