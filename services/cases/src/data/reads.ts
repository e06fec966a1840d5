import type { CaseContentRead, CaseStatus, FlagKind, ReplyOf, getCase } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';
import { consultationsRead, type ConsultationRead } from './consultations.js';
import type { EndedAs } from './endings.js';
import { discussion, type DiscussionRead } from './post-reads.js';

/** As PostgreSQL writes JSON, in posts and the consent: times are text with an offset. */
export interface CaseRead extends CaseContentRead, DiscussionRead {
  readonly caseId: string;
  readonly code: string;
  readonly status: CaseStatus;
  readonly version: number;
  readonly requesterId: string;
  readonly organisationId: string;
  readonly responsibleId: string | null;
  readonly leadPanelId: string | null;
  readonly answerBy: Date | null;
  readonly clock: ReplyOf<typeof getCase>['clock'];
  readonly createdAt: Date;
  readonly lastActivityAt: Date;
  readonly acknowledged: boolean;
  readonly followed: boolean;
  readonly consultations: readonly ConsultationRead[];
  readonly endedAt: Date | null;
  readonly endedAs: EndedAs | null;
  readonly survey: 'given' | 'missing' | null;
  readonly flags: FlagKind[];
}

/** By when an answer is awaited, if one is: of a clock that has not stopped. Cases from before clocks have none. */
const answerBy = `case when k.stopped_at is null then k.due_at end as "answerBy"`;

/** By whose consent it was shared, and who recorded that; cases from before this was asked have none. */
const consent = `case when c.consent_at is not null then jsonb_build_object('sharing', c.consent_sharing,
       'photographs', c.consent_photographs, 'recordedBy', c.consent_by, 'recordedAt', c.consent_at) end`;
/** How it ended, and what keeps it among invited people. */
const ending = `case when c.status in ('closed', 'cancelled', 'converted') then coalesce(c.ended_at, c.last_activity_at) end
       as "endedAt", c.ended_as as "endedAs",
     case when c.status = 'closed' then case when exists (
       select from survey s where s.case_id = c.id and s.closed_at = coalesce(c.ended_at, s.closed_at)
     ) then 'given' else 'missing' end end as survey,
     array(select f.kind from case_flag f where f.case_id = c.id and f.cleared_at is null order by f.kind) as flags`;

// One statement, so that the version and the posts are of one moment.
const read = statement<CaseRead>(
  'case-read',
  `select c.id as "caseId", c.code, c.question, c.history, c.age_band as "ageBand", c.sex,
     c.intended_action as "intendedAction", c.priority, c.examination, c.results, c.medication, c.specialty,
     c.referral_allowed as "referralAllowed", ${consent} as consent, c.template, c.status, c.version, c.requester_id as "requesterId",
     c.organisation_id as "organisationId", r.member_id as "responsibleId", c.lead_panel_id as "leadPanelId", ${answerBy},
     case when k.case_id is null or k.stopped_at is not null then 'stopped' when k.running_since is null then 'paused'
       else 'running' end as clock,
     c.created_at as "createdAt", c.last_activity_at as "lastActivityAt", ${ending},
     exists (select from follow f where f.member_id = $2 and f.case_id = c.id) as followed,
     r.acknowledged_at is not null as acknowledged, ${consultationsRead} as consultations,
     ${discussion}
   from cases c left join responsibility r on r.case_id = c.id and r.until_at is null
   left join response_clock k on k.case_id = c.id
   where c.id = $1`,
);

/** A case with its discussion as one reader finds it, or undefined. Only after access has said that the reader may see it. */
export async function readCase(
  db: Queryable,
  caseId: string,
  readerId: string,
): Promise<CaseRead | undefined> {
  const [row] = await db.run(read, [caseId, readerId]);
  return row;
}
