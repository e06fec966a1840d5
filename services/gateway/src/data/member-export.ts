import { exportSection, type ExportSection } from '@definitivedx/bus';

const section = (name: string, select: string): ExportSection => exportSection('gateway', name, select);

/** Everything the gateway itself keeps about a member; of the token of a sign-in, what it says but not the token. */
export const memberSections: readonly ExportSection[] = [
  section(
    'sessions',
    `select session_id::text as key, session_id, issuer, subject, issuer_subject, issuer_session, organisations, role_codes,
            ods_code, created_at, last_seen_at, ends_at, id_token
       from session where member_id = $1`,
  ),
  section(
    'identitiesBeingLinked',
    `select encode(a.state_hash, 'hex') as key, a.issuer, a.ods_code, a.expires_at
       from login_attempt a join session s on s.session_id = a.link_session_id where s.member_id = $1`,
  ),
  section(
    'repeatableRequests',
    `select command_id::text as key, key as idempotency_key, command_id, created_at, status
       from idempotency_key where member_id = $1`,
  ),
];
