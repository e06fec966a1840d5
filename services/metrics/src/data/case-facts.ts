import type { caseAnswered, caseAsked, caseEnded, DataOf } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Tally } from '../domain/figures.js';

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

const upsertEnded = statement(
  'case-fact-ended',
  `insert into case_fact (case_id, ended_at, status, q1_outcome, q2_referral, q3_value_to_patient, q4_value_to_provider)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (case_id) do update set
     ended_at = excluded.ended_at, status = excluded.status, q1_outcome = excluded.q1_outcome,
     q2_referral = excluded.q2_referral, q3_value_to_patient = excluded.q3_value_to_patient,
     q4_value_to_provider = excluded.q4_value_to_provider`,
);

/** Notes the end of a case, with the survey when there is one. */
export function saveEnded(tx: Transaction, event: DataOf<typeof caseEnded>): void {
  const { caseId, at, status, survey } = event;
  tx.later(upsertEnded, [
    caseId,
    at,
    status,
    survey?.outcome ?? null,
    survey?.referral ?? null,
    survey?.valueToPatient ?? null,
    survey?.valueToProvider ?? null,
  ]);
}

/** Which cases a report is of. Months are YYYY-MM in Europe/London, both included. */
export interface ReportScope {
  readonly organisationId: string;
  readonly from: string;
  readonly to: string;
  readonly panelId: string | undefined;
}

export interface TallyRow extends Tally {
  readonly panelId: string | null;
  readonly month: string;
}

// Only cases that the organisation asked, or that its panel was asked: a case whose asking is not known yet belongs to
// nobody. One that ended unanswered was due only if its time had run out before.
const selectTallies = statement<TallyRow>(
  'case-fact-tallies',
  `select panel_id as "panelId", to_char(asked_month, 'YYYY-MM') as "month",
     count(*)::int as "asked",
     count(*) filter (where ended_at is null)::int as "stillOpen",
     count(*) filter (where ended_at is null and first_answer_at is null)::int as "unanswered",
     count(*) filter (where first_answer_at is not null or answer_by < least(ended_at, $5::timestamptz))::int as "due",
     count(*) filter (where within_target)::int as "inTime",
     count(*) filter (where q2_referral in ('contemplated-avoided', 'contemplated-still-needed'))::int as "contemplated",
     count(*) filter (where q2_referral = 'contemplated-avoided')::int as "avoided",
     count(*) filter (where status = 'closed')::int as "closed",
     count(*) filter (where status = 'closed' and q1_outcome is not null)::int as "surveyed",
     coalesce(array_agg(elapsed_minutes) filter (where elapsed_minutes is not null), '{}') as "elapsed",
     coalesce(array_agg(working_minutes) filter (where working_minutes is not null), '{}') as "working"
   from case_fact
   where (practice_id = $1 or panel_organisation_id = $1)
     and asked_month between ($2 || '-01')::date and ($3 || '-01')::date
     and ($4::uuid is null or panel_id = $4)
   group by panel_id, asked_month
   order by asked_month, panel_id nulls last`,
);

/** What is counted of the cases in scope, per panel and month of asking, as of `now`. */
export const talliesOf = (db: Queryable, scope: ReportScope, now: Date): Promise<TallyRow[]> =>
  db.run(selectTallies, [scope.organisationId, scope.from, scope.to, scope.panelId ?? null, now]);
