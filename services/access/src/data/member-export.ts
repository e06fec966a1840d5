import { exportedCommands, exportInOrder, exportSection, type ExportSection } from '@definitivedx/bus';

const section = (name: string, select: string): ExportSection => exportSection('access', name, select);

/** Rows of the audit by the order of their index, which a member may have very many of. */
const auditSection = (name: string, columns: string, of: string): ExportSection =>
  exportInOrder(
    'access',
    name,
    `select at || '|' || id as key, id, at, act, purpose, outcome, case_id, via, trace_id, ${columns}
       from audit
      where ${of} = $1 and ($2::text is null
        or (at, id) > (split_part($2, '|', 1)::timestamptz, split_part($2, '|', 2)::bigint))
      order by at, id limit $3`,
  );

/** Whom an application names, with the entry that names them. */
const named = `
  (values ('administrator', a.form -> 'administrator'),
          ('signatory', a.form -> 'agreement' -> 'signatory'),
          ('caldicottGuardian', a.form -> 'contacts' -> 'caldicottGuardian'),
          ('clinicalSafetyOfficer', a.form -> 'contacts' -> 'clinicalSafetyOfficer'),
          ('dataProtectionOfficer', a.form -> 'contacts' -> 'dataProtectionOfficer')) p (stands_as, entry)`;

/** Everything this service keeps about a member. What others wrote of themselves in the same row is left out. */
export const memberSections: readonly ExportSection[] = [
  section(
    'account',
    'select id::text as key, id as member_id, name, email, status from member where id = $1',
  ),
  section(
    'identities',
    'select md5(issuer || subject) as key, issuer, subject, linked_at from identity where member_id = $1',
  ),
  section(
    'invitations',
    'select md5(issuer || email) as key, issuer, email from identity_invitation where member_id = $1',
  ),
  section(
    'places',
    `select o.id::text as key, o.ods_code, o.name as organisation, ms.*
       from membership ms join organisation o on o.id = ms.organisation_id where ms.member_id = $1`,
  ),
  section(
    'panels',
    `select p.id::text as key, p.id as panel_id, p.name, p.organisation_id, p.status, p.lead_member_id = $1 as leads
       from panel_member pm join panel p on p.id = pm.panel_id where pm.member_id = $1`,
  ),
  section(
    'duties',
    `select organisation_id || duty as key, organisation_id, duty, given_at from organisation_duty where member_id = $1`,
  ),
  section(
    'consents',
    `select kind || version as key, kind, version, hash, at from consent where member_id = $1`,
  ),
  section(
    'consentActs',
    `select lpad(id::text, 19, '0') as key, kind, version, hash, act, at from consent_act where member_id = $1`,
  ),
  section(
    'casesAsked',
    `select case_id::text as key, case_id, organisation_id, invite_only from case_ref where requester_id = $1`,
  ),
  section(
    'grantsReceived',
    `select id::text as key, id as grant_id, case_id, given_at, expires_at, revoked_at, control
       from access_grant where member_id = $1`,
  ),
  section(
    'grantsGiven',
    `select id::text as key, id as grant_id, case_id, principal_kind, principal_id, given_at, expires_at, revoked_at,
            control, case when given_by = $1 then reason end as reason, given_by = $1 as given, revoked_by = $1 as revoked
       from access_grant where given_by = $1 or revoked_by = $1`,
  ),
  section(
    'governanceOpenings',
    `select id::text as key, id, case_id, organisation_id, reason, opened_at, ends_at
       from governance_opening where member_id = $1`,
  ),
  section(
    'applications',
    `select a.id || p.stands_as as key, a.reference, a.ods_code, a.status, a.submitted_at, a.decided_at, p.stands_as, p.entry
       from application a cross join lateral ${named}
      where (p.stands_as = 'administrator' and (
               a.administrator_id = $1
               or exists (select from identity i where i.member_id = $1 and i.issuer = a.issuer
                                                   and i.subject = p.entry ->> 'subject')))
         or lower(p.entry ->> 'email') in (
              select lower(email) from member where id = $1
              union all select lower(email) from membership where member_id = $1 and email is not null)`,
  ),
  section(
    'applicationsDecided',
    `select id::text as key, reference, status, reason, decided_at from application where decided_by = $1`,
  ),
  section(
    'importsStarted',
    `select id::text as key, id as import_id, organisation_id, state, lines, started_at, ended_at
       from member_import where started_by = $1 and started_by_kind = 'member'`,
  ),
  section(
    'importLines',
    `select import_id || ' ' || line as key, import_id, line, subject, user_name, name, email, roles
       from member_import_line where member_id = $1`,
  ),
  section(
    'panelOffers',
    `select panel_id || ' ' || organisation_id as key, panel_id, organisation_id, status, offered_at, answered_at,
            offered_by = $1 as offered, coalesce(answered_by = $1, false) as answered
       from panel_offer where offered_by = $1 or answered_by = $1`,
  ),
  section(
    'programsRegistered',
    `select id::text as key, id as client_id, organisation_id, name, scopes, created_at, revoked_at
       from client where created_by = $1`,
  ),
  section(
    'leavingOrganisations',
    `select organisation_id::text as key, organisation_id, reason, leaves_on, asked_at, asked_by = $1 as asked,
            coalesce(cases_asked_by = $1, false) as asked_for_cases, coalesce(cases_approved_by = $1, false) as approved_cases
       from leaving where $1 in (asked_by, cases_asked_by, cases_approved_by)`,
  ),
  section(
    'organisationExports',
    `select id::text as key, id, organisation_id, cases, origin, opened_at, ends_at
       from organisation_export where by_kind = 'member' and by_id = $1`,
  ),
  section(
    'erasure',
    `select member_id::text as key, requested_at, erased_at from erasure where member_id = $1`,
  ),
  section(
    'erasuresCarriedOut',
    `select member_id::text as key, member_id, erased_at from erasure where erased_by = $1`,
  ),
  exportedCommands('access'),
  auditSection('audit', 'organisation_id, grant_id, origin, subject_id, detail', 'actor_id'),
  // Who did it is that person's; the audit itself says it to those who may search it.
  auditSection('auditAboutThem', 'actor_kind', 'subject_id'),
];
