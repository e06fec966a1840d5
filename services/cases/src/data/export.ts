import type { ExportLine } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';
import { adviserOf } from './post-reads.js';

export interface ToExport {
  readonly caseId: string;
  readonly textBytes: number;
  /** Everybody who has a part in it. */
  readonly memberIds: string[];
}

const next = statement<ToExport>(
  'cases-to-export',
  `select c.id as "caseId", (c.text_bytes + 2 * (
       select coalesce(sum(octet_length(r.note)), 0) from responsibility r where r.case_id = c.id) + 2 * (
       select coalesce(sum(octet_length(l.note)), 0) from phone_call l where l.case_id = c.id))::int as "textBytes", array(
     select c.requester_id
      union select c.consent_by where c.consent_by is not null
      union select p.author_id from post p where p.case_id = c.id
      union select r.member_id from responsibility r where r.case_id = c.id
      union select r.given_by from responsibility r where r.case_id = c.id and r.given_by is not null
      union select n.asked_by from consultation n where n.case_id = c.id
      union select l.member_id from phone_call l where l.case_id = c.id
      union select k.member_id from record_copy k where k.case_id = c.id
      union select s.member_id from survey s where s.case_id = c.id
      union select e.ended_by from ending e where e.case_id = c.id and e.ended_by is not null
      union select e.reopened_by from ending e where e.case_id = c.id and e.reopened_by is not null
      union select f.set_by from case_flag f where f.case_id = c.id
      union select f.cleared_by from case_flag f where f.case_id = c.id and f.cleared_by is not null
      union select u.answered_by from follow_up u where u.case_id = c.id and u.answered_by is not null
      union select o.offered_by from teaching_offer o where o.case_id = c.id
      union select o.ended_by from teaching_offer o where o.case_id = c.id and o.ended_by is not null
      union select n.member_id from mention n where n.case_id = c.id
      union select m.member_id from read_mark m where m.case_id = c.id
      union select a.member_id from acknowledgement a where a.case_id = c.id) as "memberIds"
     from cases c
    where c.organisation_id = $1 and ($2::uuid is null or c.id > $2::uuid)
    order by c.id limit $3`,
);

/** An organisation's cases after one, by id: who has a part in each, and how long its texts are, but none of them. */
export const casesToExport = (
  db: Queryable,
  organisationId: string,
  after: string | undefined,
  limit: number,
): Promise<ToExport[]> => db.run(next, [organisationId, after ?? null, limit]);

const survey = `jsonb_build_object('memberId', s.member_id, 'outcome', s.outcome, 'referral', s.referral,
         'valueToPatient', s.value_to_patient, 'valueToProvider', s.value_to_provider, 'comment', s.comment,
         'closedAt', s.closed_at, 'givenAt', coalesce(s.given_at, s.closed_at))`;

// Apart from the rest, because a function takes a hundred arguments at most.
const course = `jsonb_build_object(
     'surveys', coalesce((select jsonb_agg(${survey} order by s.closed_at) from survey s where s.case_id = c.id), '[]'),
     'endings', coalesce((select jsonb_agg(jsonb_build_object('endedAt', e.ended_at, 'status', e.status,
         'endedAs', e.ended_as, 'endedBy', e.ended_by, 'reason', e.reason, 'comment', e.comment,
         'reopenedAt', e.reopened_at, 'reopenedBy', e.reopened_by) order by e.ended_at)
         from ending e where e.case_id = c.id), '[]'),
     'flags', coalesce((select jsonb_agg(jsonb_build_object('kind', f.kind, 'setBy', f.set_by, 'setAt', f.set_at,
         'clearedBy', f.cleared_by, 'clearedAt', f.cleared_at) order by f.id)
         from case_flag f where f.case_id = c.id), '[]'),
     'followUps', coalesce((select jsonb_agg(jsonb_build_object('day', u.day, 'dueAt', u.due_at, 'sentAt', u.sent_at,
         'answeredAt', u.answered_at, 'answeredBy', u.answered_by, 'adviceFollowed', u.advice_followed,
         'referredAnyway', u.referred_anyway, 'unplannedAttendance', u.unplanned_attendance, 'outcome', u.outcome)
         order by u.day) from follow_up u where u.case_id = c.id), '[]'),
     'teaching', coalesce((select jsonb_agg(jsonb_build_object('teachingId', o.teaching_id, 'offeredBy', o.offered_by,
         'offeredAt', o.offered_at, 'endedAt', o.ended_at, 'endedBy', o.ended_by, 'question', t.question,
         'course', t.course, 'learningPoint', t.learning_point) order by o.id)
         from teaching_offer o left join teaching t on t.id = o.teaching_id where o.case_id = c.id), '[]'))`;

const whole = statement<{ line: ExportLine }>(
  'cases-exported',
  `select jsonb_build_object('type', 'case', 'caseId', c.id, 'code', c.code, 'question', c.question,
     'history', c.history, 'examination', c.examination, 'results', c.results, 'medication', c.medication,
     'specialty', c.specialty, 'referralAllowed', c.referral_allowed, 'consent', case when c.consent_at is not null then
       jsonb_build_object('sharing', c.consent_sharing, 'photographs', c.consent_photographs,
         'recordedBy', c.consent_by, 'recordedAt', c.consent_at) end, 'template', c.template,
     'form', (select jsonb_build_object('fields', t.fields, 'redFlags', t.red_flags) from template t
       where t.panel_id = (c.template ->> 'panelId')::uuid and t.version = (c.template ->> 'version')::integer), 'ageBand', c.age_band, 'sex', c.sex, 'intendedAction', c.intended_action,
     'priority', c.priority, 'status', c.status, 'version', c.version, 'requesterId', c.requester_id,
     'leadPanelId', c.lead_panel_id, 'createdAt', c.created_at, 'lastActivityAt', c.last_activity_at,
     'attestation', (select to_jsonb(a) - 'case_id' from attestation a where a.case_id = c.id),
     'clock', (select jsonb_build_object('panelId', k.panel_id, 'calendar', k.calendar, 'terms', k.terms,
         'budgetMinutes', k.budget_minutes, 'usedMinutes', k.used_minutes, 'startedAt', k.started_at,
         'runningSince', k.running_since, 'stoppedAt', k.stopped_at, 'dueAt', k.due_at,
         'firstAnswerAt', k.first_answer_at) from response_clock k where k.case_id = c.id),
     'responsibility', coalesce((select jsonb_agg(jsonb_build_object('memberId', r.member_id, 'reason', r.reason,
         'fromAt', r.from_at, 'untilAt', r.until_at, 'givenBy', r.given_by, 'note', r.note,
         'acknowledgedAt', r.acknowledged_at) order by r.id) from responsibility r where r.case_id = c.id), '[]'),
     'consultations', coalesce((select jsonb_agg(jsonb_build_object('consultationId', n.id, 'panelId', n.panel_id,
         'question', n.question, 'askedBy', n.asked_by, 'askedAt', n.asked_at, 'calendar', n.calendar, 'terms', n.terms,
         'budgetMinutes', n.budget_minutes, 'usedMinutes', n.used_minutes, 'runningSince', n.running_since,
         'stoppedAt', n.stopped_at, 'dueAt', n.due_at, 'ended', n.ended, 'advice', coalesce((select
           jsonb_agg(a.post_id order by a.post_id) from consulted_advice a where a.consultation_id = n.id), '[]'))
         order by n.id) from consultation n where n.case_id = c.id), '[]'),
     'phoneCalls', coalesce((select jsonb_agg(jsonb_build_object('callId', l.id, 'postId', l.post_id,
         'memberId', l.member_id, 'reached', l.reached, 'calledAt', l.called_at, 'note', l.note,
         'recordedAt', l.recorded_at) order by l.recorded_at, l.id) from phone_call l where l.case_id = c.id), '[]'),
     'survey', (select ${survey} from survey s where s.case_id = c.id order by s.closed_at desc limit 1),
     'recordCopies', coalesce((select jsonb_agg(jsonb_build_object('copyId', x.id, 'memberId', x.member_id,
         'version', x.version, 'adviceId', x.advice_id, 'panelName', x.panel_name, 'takenAt', x.taken_at)
         order by x.taken_at, x.id) from record_copy x where x.case_id = c.id), '[]'),
     'posts', coalesce((select jsonb_agg(jsonb_build_object('postId', p.id, 'number', p.number, 'kind', p.kind,
         'authorId', p.author_id, 'body', p.body, 'recommendation', p.recommendation, 'postedAt', p.posted_at,
         'adviser', ${adviserOf('p')}, 'safetyNet', p.safety_net, 'links', coalesce(p.links, '[]'),
         'supersededBy', p.superseded_by, 'openedAt', p.opened_at, 'editedAt', p.edited_at,
         'withdrawnAt', p.withdrawn_at, 'withdrawnReason', p.withdrawn_reason) order by p.number)
         from post p where p.case_id = c.id), '[]'))
     -- Apart, since a function takes a hundred arguments.
     || jsonb_build_object(
     'postEdits', coalesce((select jsonb_agg(jsonb_build_object('postId', e.post_id, 'body', e.body,
         'writtenAt', e.written_at, 'replacedAt', e.replaced_at) order by p.number, e.number)
         from post p join post_edit e on e.post_id = p.id where p.case_id = c.id), '[]'),
     'attachments', coalesce((select jsonb_agg(jsonb_build_object('postId', t.post_id, 'fileId', t.file_id)
         order by t.post_id, t.place) from attachment t where t.case_id = c.id), '[]'),
     'mentions', coalesce((select jsonb_agg(jsonb_build_object('postId', n.post_id, 'memberId', n.member_id)
         order by n.post_id, n.member_id) from mention n where n.case_id = c.id), '[]'),
     'readMarks', coalesce((select jsonb_agg(jsonb_build_object('memberId', m.member_id, 'seen', m.seen, 'at', m.at)
         order by m.member_id) from read_mark m where m.case_id = c.id), '[]'),
     'acknowledgements', coalesce((select jsonb_agg(jsonb_build_object('postId', a.post_id, 'memberId', a.member_id,
         'about', a.about, 'owedAt', a.owed_at, 'understood', a.understood, 'at', a.at)
         order by a.post_id, a.member_id, a.about) from acknowledgement a where a.case_id = c.id), '[]'))
      || ${course} as line
   from cases c
  where c.id = any ($1::uuid[])
  order by c.id`,
);

/** Cases with all that is kept of them. Only after access has said, and written down, that they are taken. */
export const wholeCases = async (db: Queryable, caseIds: readonly string[]): Promise<ExportLine[]> =>
  (await db.run(whole, [caseIds])).map(({ line }) => line);
