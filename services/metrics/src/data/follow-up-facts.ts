import type { DataOf, followUpAnswered, followUpDue } from '@definitivedx/contracts';
import { asking, statement, type Asked, type Transaction } from '@definitivedx/db';
import type { FollowUpTally } from '../domain/follow-ups.js';
import type { ReportScope } from './report-scope.js';

const upsertAsked = statement(
  'follow-up-fact-asked',
  `insert into follow_up_fact (case_id, day, asked_at) values ($1, $2, $3)
   on conflict (case_id, day) do update set asked_at = excluded.asked_at`,
);

/** Notes that it was asked what became of a child. */
export function saveFollowUpDue(tx: Transaction, { caseId, day, at }: DataOf<typeof followUpDue>): void {
  tx.later(upsertAsked, [caseId, day, at]);
}

const upsertAnswered = statement(
  'follow-up-fact-answered',
  `insert into follow_up_fact (case_id, day, answered_at, advice_followed, referred_anyway, unplanned_attendance, outcome)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (case_id, day) do update set
     answered_at = excluded.answered_at, advice_followed = excluded.advice_followed,
     referred_anyway = excluded.referred_anyway, unplanned_attendance = excluded.unplanned_attendance,
     outcome = excluded.outcome`,
);

/** Notes what became of a child. */
export function saveFollowUpAnswered(tx: Transaction, event: DataOf<typeof followUpAnswered>): void {
  const { caseId, day, at, adviceFollowed, referredAnyway, unplannedAttendance, outcome } = event;
  tx.later(upsertAnswered, [caseId, day, at, adviceFollowed, referredAnyway, unplannedAttendance, outcome]);
}

export interface FollowUpRow extends FollowUpTally {
  readonly panelId: string | null;
  readonly month: string;
}

// An answer may be there before its asking: whoever answered was asked.
const selectTallies = statement<FollowUpRow>(
  'follow-up-fact-tallies',
  `select c.panel_id as "panelId", to_char(c.asked_month, 'YYYY-MM') as "month", f.day,
     count(*)::int as "asked",
     count(f.answered_at)::int as "answered",
     count(*) filter (where f.advice_followed = 'yes')::int as "followed",
     count(*) filter (where f.advice_followed = 'partly')::int as "partlyFollowed",
     count(*) filter (where f.referred_anyway)::int as "referred",
     count(*) filter (where f.unplanned_attendance)::int as "unplanned",
     count(*) filter (where f.outcome <> 'unknown')::int as "known",
     count(*) filter (where f.outcome in ('well', 'improved'))::int as "better",
     count(*) filter (where f.outcome = 'worse')::int as "worse"
   from case_fact c join follow_up_fact f on f.case_id = c.case_id
   where (c.practice_id = $1 or c.panel_organisation_id = $1)
     and c.asked_month between ($2 || '-01')::date and ($3 || '-01')::date
     and ($4::uuid is null or c.panel_id = $4)
   group by c.panel_id, c.asked_month, f.day`,
);

/** What is counted of the follow-ups of the cases in scope, per panel, month of asking and day. */
export const followUpTallies = ({ organisationId, from, to, panelId }: ReportScope): Asked<FollowUpRow> =>
  asking(selectTallies, [organisationId, from, to, panelId ?? null]);
