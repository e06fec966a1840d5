import { exportedCommands, exportSection, type ExportSection } from '@definitivedx/bus';

const section = (name: string, select: string): ExportSection => exportSection('notify', name, select);

/** Everything this service keeps about a member. Of a mail it keeps what it was about and when it went, not its words. */
export const memberSections: readonly ExportSection[] = [
  section(
    'stream',
    `select lpad(sequence::text, 10, '0') as key, sequence, kind, case_id, at from stream_entry where member_id = $1`,
  ),
  section('streamPosition', 'select member_id::text as key, last from stream_position where member_id = $1'),
  section(
    'mails',
    `select id::text as key, message_id, template, case_id, hand_over_id, created_at, attempts, sent_at, failed_at,
            withdrawn_at, last_error_code
       from mail where member_id = $1`,
  ),
  section(
    'shifts',
    `select panel_id || ' ' || weekday || ' ' || start_minute as key, panel_id, weekday, start_minute, end_minute
       from shift where member_id = $1`,
  ),
  section(
    'overrides',
    `select override_id::text as key, override_id, panel_id, starts_at, ends_at from rota_override where member_id = $1`,
  ),
  section('onCall', 'select panel_id::text as key, panel_id, since from panel_duty where member_id = $1'),
  section(
    'handOvers',
    `select h.id::text as key, h.id as hand_over_id, h.panel_id, h.at, h.closed_at,
            case when h.outgoing_id = $1 then 'outgoing' when h.incoming_id = $1 then 'incoming' else 'lead' end as "as",
            (select coalesce(jsonb_agg(jsonb_build_object('caseId', i.case_id, 'notedAt', i.noted_at,
                      'acceptedAt', i.accepted_at, 'escalatedAt', i.escalated_at) order by i.id), '[]')
               from hand_over_item i where i.hand_over_id = h.id) as cases
       from hand_over h where $1 in (h.outgoing_id, h.incoming_id, h.lead_id)`,
  ),
  section(
    'testPages',
    `select id::text as key, id, organisation_id, panel_id, at, acknowledged_at from test_page where member_id = $1`,
  ),
  section(
    'reminders',
    'select id::text as key, kind, panel_id, hand_over_id, due_at from timer where member_id = $1',
  ),
  exportedCommands('notify'),
];
