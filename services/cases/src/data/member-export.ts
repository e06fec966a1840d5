import { exportedCommands, exportSection, type ExportSection } from '@definitivedx/bus';

const section = (name: string, select: string): ExportSection => exportSection('cases', name, select);
const posts = `select id::text as key, id as post_id, case_id, number, kind, organisation_id, body, recommendation, posted_at,
                      adviser_grade, professional_number, supervisor_number, safety_net, links, superseded_by, opened_at,
                      edited_at, withdrawn_at, withdrawn_reason
                 from post where author_id = $1`;

/** Everything this service keeps about a member. What others wrote in the same cases is theirs. */
export const memberSections: readonly ExportSection[] = [
  section(
    'casesAsked',
    `select id::text as key, id as case_id, code, organisation_id, question, history, examination, results, medication,
            specialty, age_band, sex, intended_action, priority, referral_allowed, consent_sharing, consent_photographs,
            consent_by, consent_at, template, status, lead_panel_id, created_at, last_activity_at
       from cases where requester_id = $1`,
  ),
  section('posts', `${posts} and kind <> 'advice'`),
  section('advice', `${posts} and kind = 'advice'`),
  // Opened by whoever asks for it (queries/export-own-data.ts).
  section(
    'drafts',
    `select id::text as key, id as draft_id, version, created_at, changed_at, expires_at, key_id,
            encode(wrapped_key, 'base64') as wrapped_key, encode(sealed, 'base64') as sealed
       from draft where member_id = $1`,
  ),
  section(
    'templatesPublished',
    `select panel_id || ' ' || lpad(version::text, 10, '0') as key, panel_id, version, fields, red_flags, published_at
       from template where published_by = $1`,
  ),
  section(
    'postEdits',
    `select e.post_id || ' ' || lpad(e.number::text, 10, '0') as key, e.post_id, e.body, e.written_at, e.replaced_at
       from post_edit e join post p on p.id = e.post_id where p.author_id = $1`,
  ),
  section('mentions', `select post_id::text as key, post_id, case_id from mention where member_id = $1`),
  section(
    'readMarks',
    `select case_id::text as key, case_id, seen, asking, at from read_mark where member_id = $1`,
  ),
  section(
    'acknowledgements',
    `select post_id || ' ' || about as key, post_id, case_id, about, owed_at, understood, at
       from acknowledgement where member_id = $1`,
  ),
  section(
    'responsibilities',
    `select lpad(id::text, 19, '0') as key, case_id, reason, given_by, from_at, until_at, acknowledged_at
       from responsibility where member_id = $1`,
  ),
  section(
    'handedOver',
    `select lpad(id::text, 19, '0') as key, case_id, reason, note, from_at from responsibility where given_by = $1`,
  ),
  section(
    'consultations',
    `select id::text as key, id as consultation_id, case_id, panel_id, question, asked_at from consultation where asked_by = $1`,
  ),
  section(
    'phoneCalls',
    `select id::text as key, case_id, post_id, reached, called_at, note, recorded_at from phone_call where member_id = $1`,
  ),
  section('departures', `select member_id::text as key, at from departure where member_id = $1`),
  section(
    'attestations',
    `select case_id::text as key, case_id, version, hash, attested_at from attestation where member_id = $1`,
  ),
  section(
    'surveys',
    `select case_id || ' ' || (extract(epoch from closed_at) * 1000)::bigint as key, case_id, outcome, referral,
            value_to_patient, value_to_provider, comment, closed_at, given_at
       from survey where member_id = $1`,
  ),
  section(
    'endings',
    `select case_id || ' ' || (extract(epoch from ended_at) * 1000)::bigint as key, case_id, ended_at, status, ended_as,
            case when ended_by = $1 then reason end as reason, case when ended_by = $1 then comment end as comment,
            reopened_at, ended_by = $1 as ended, reopened_by = $1 as reopened
       from ending where ended_by = $1 or reopened_by = $1`,
  ),
  section(
    'flags',
    `select id::text as key, case_id, kind, set_at, cleared_at, set_by = $1 as set, cleared_by = $1 as cleared
       from case_flag where set_by = $1 or cleared_by = $1`,
  ),
  section(
    'followUps',
    `select case_id || ' ' || day as key, case_id, day, due_at, sent_at, answered_at,
            case when answered_by = $1 then advice_followed end as advice_followed,
            case when answered_by = $1 then referred_anyway end as referred_anyway,
            case when answered_by = $1 then unplanned_attendance end as unplanned_attendance,
            case when answered_by = $1 then outcome end as outcome
       from follow_up where requester_id = $1 or answered_by = $1`,
  ),
  section(
    'teaching',
    `select o.id::text as key, o.case_id, o.teaching_id, o.offered_at, o.attestation_version, o.attestation_hash, o.ended_at,
            t.question, t.course, t.learning_point
       from teaching_offer o left join teaching t on t.id = o.teaching_id where o.offered_by = $1 or o.ended_by = $1`,
  ),
  section(
    'localContactsSet',
    `select organisation_id::text as key, organisation_id, body, set_at from local_contacts where set_by = $1`,
  ),
  section(
    'recordCopies',
    `select id::text as key, id, case_id, version, advice_id, panel_name, taken_at from record_copy where member_id = $1`,
  ),
  section(
    'timeline',
    `select lpad(id::text, 19, '0') as key, case_id, kind, subject_id, detail, at
       from timeline where actor_id = $1 or (kind = 'responsible' and subject_id = $1)`,
  ),
  section(
    'casesShown',
    `select case_id || ' ' || kind || coalesce(grant_id::text, '') as key, case_id, kind, grant_id, expires_at, last_activity_at
       from audience where principal = $1 and kind in ('requester', 'member')`,
  ),
  section('follows', `select case_id::text as key, case_id, followed_at from follow where member_id = $1`),
  section(
    'savedFilters',
    `select id::text as key, id, name, filter, version, created_at, changed_at from saved_filter where member_id = $1`,
  ),
  section(
    'commandsUnderWay',
    `select command_id::text as key, command_id, case_id, reserved_at from reserved_ids where caller_id = $1`,
  ),
  exportedCommands('cases'),
];
