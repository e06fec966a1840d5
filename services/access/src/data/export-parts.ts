import type { ExportLine, exportParts } from '@definitivedx/contracts';
import { statement, type Queryable, type Statement } from '@definitivedx/db';

export type RowPart = Exclude<(typeof exportParts)[number], 'audit'>;

interface Line {
  readonly line: ExportLine;
  /** Where the next page begins after it. */
  readonly key: string;
}

interface Part {
  readonly found: Statement<Line>;
  readonly limit: number;
}

/** $1 is the organisation, $2 the key of the last line of the page before or null, $3 how many. */
const part = (name: RowPart, limit: number, sql: string): Part => ({
  found: statement<Line>(`access.export-${name}`, sql),
  limit,
});
const person = (of: string): string => `(
  select jsonb_build_object('memberId', m.id, 'name', m.name, 'organisation', (
           select x.name from membership y join organisation x on x.id = y.organisation_id
            where y.member_id = m.id order by y.organisation_id = $1 desc, y.status, y.position limit 1))
    from member m where m.id = ${of})`;
const afterId = (column: string): string => `($2::text is null or ${column} > $2::uuid)`;

/** What docs/export-format.md says of each line, written where it is read. Secrets are in none of these columns. */
const parts: Readonly<Record<RowPart, Part>> = {
  organisation: part(
    'organisation',
    10,
    `select o.id::text as key, jsonb_build_object('type', 'organisation', 'organisationId', o.id, 'odsCode', o.ods_code,
       'name', o.name, 'kind', o.kind, 'status', o.status, 'shareWithEveryone', o.allow_everyone,
       'governanceAccess', o.governance_access, 'leaving', (
         select jsonb_build_object('reason', l.reason, 'leavesOn', l.leaves_on, 'askedAt', l.asked_at,
           'askedBy', l.asked_by, 'confirmedAt', l.confirmed_at, 'closedAt', l.closed_at,
           'caseExportAskedBy', l.cases_asked_by, 'caseExportApprovedBy', l.cases_approved_by,
           'caseExportApprovedAt', l.cases_approved_at)
           from leaving l where l.organisation_id = o.id)) as line
       from organisation o where o.id = $1 and ${afterId('o.id')} limit $3`,
  ),
  agreement: part(
    'agreement',
    10,
    `select a.id::text as key, jsonb_build_object('type', 'agreement', 'reference', a.reference,
       'agreement', a.form -> 'agreement', 'contacts', a.form -> 'contacts', 'dataRegion', a.form -> 'dataRegion',
       'submittedAt', a.submitted_at, 'approvedAt', a.decided_at) as line
       from application a where a.organisation_id = $1 and ${afterId('a.id')} order by a.id limit $3`,
  ),
  issuer: part(
    'issuer',
    100,
    `select os.issuer as key, jsonb_build_object('type', 'issuer', 'issuer', os.issuer, 'discoveryUrl', s.discovery_url,
       'clientId', s.client_id, 'shared', s.shared, 'profile', s.profile, 'acrValues', s.acr_values,
       'claimValue', os.claim_value, 'addedAt', os.added_at) as line
       from organisation_issuer os join issuer s on s.issuer = os.issuer
      where os.organisation_id = $1 and ($2::text is null or os.issuer > $2) order by os.issuer limit $3`,
  ),
  member: part(
    'member',
    200,
    `select ms.member_id::text as key, jsonb_build_object('type', 'member', 'memberId', ms.member_id,
       'name', coalesce(ms.name, m.name), 'givenName', ms.given_name, 'familyName', ms.family_name,
       'email', coalesce(ms.email, m.email), 'userName', ms.user_name, 'roles', ms.roles, 'status', ms.status,
       'createdAt', ms.created_at, 'endedAt', ms.ended_at, 'removedAt', ms.removed_at,
       'duties', coalesce((select jsonb_agg(jsonb_build_object('duty', d.duty, 'givenAt', d.given_at) order by d.duty)
          from organisation_duty d where d.organisation_id = $1 and d.member_id = ms.member_id), '[]'),
       'identities', coalesce((select jsonb_agg(jsonb_build_object('issuer', i.issuer, 'subject', i.subject))
          from identity i join organisation_issuer os on os.issuer = i.issuer and os.organisation_id = $1
         where i.member_id = ms.member_id), '[]')) as line
       from membership ms join member m on m.id = ms.member_id
      where ms.organisation_id = $1 and ${afterId('ms.member_id')} order by ms.member_id limit $3`,
  ),
  panel: part(
    'panel',
    10,
    `select p.id::text as key, jsonb_build_object('type', 'panel', 'panelId', p.id, 'name', p.name,
       'specialty', p.specialty, 'phone', p.phone, 'status', p.status, 'openTo', p.open_to,
       'leadMemberId', p.lead_member_id, 'externalId', p.external_id, 'terms', p.terms, 'createdAt', p.created_at,
       'memberIds', coalesce((select jsonb_agg(pm.member_id) from panel_member pm where pm.panel_id = p.id), '[]'),
       'offers', coalesce((select jsonb_agg(jsonb_build_object('organisation', o.name, 'status', f.status,
            'offeredAt', f.offered_at, 'answeredAt', f.answered_at, 'expiresAt', f.expires_at))
          from panel_offer f join organisation o on o.id = f.organisation_id where f.panel_id = p.id), '[]')) as line
       from panel p where p.organisation_id = $1 and ${afterId('p.id')} order by p.id limit $3`,
  ),
  client: part(
    'client',
    50,
    `select c.id::text as key, jsonb_build_object('type', 'client', 'clientId', c.id, 'name', c.name,
       'scopes', c.scopes, 'keys', jsonb_path_query_array(c.keys, '$[*].jwk'), 'jwksUri', c.jwks_uri,
       'createdAt', c.created_at, 'createdBy', c.created_by, 'revokedAt', c.revoked_at) as line
       from client c where c.organisation_id = $1 and ${afterId('c.id')} order by c.id limit $3`,
  ),
  'conformance-run': part(
    'conformance-run',
    100,
    `select r.id::text as key, jsonb_build_object('type', 'conformance-run', 'runId', r.id, 'state', r.state,
       'passed', r.passed, 'startedAt', r.started_at, 'endedAt', r.ended_at) as line
       from conformance_run r where r.organisation_id = $1 and ${afterId('r.id')} order by r.id limit $3`,
  ),
  grant: part(
    'grant',
    500,
    `select g.case_id || ' ' || lpad(g.given_order::text, 19, '0') as key, jsonb_build_object('type', 'grant',
       'grantId', g.id, 'caseId', g.case_id, 'kind', g.principal_kind, 'member', ${person('g.member_id')},
       'panel', (select jsonb_build_object('panelId', p.id, 'name', p.name, 'organisation', o.name)
          from panel p join organisation o on o.id = p.organisation_id where p.id = g.panel_id),
       'control', g.control, 'reason', g.reason, 'givenBy', ${person('g.given_by')}, 'givenAt', g.given_at,
       'expiresAt', g.expires_at, 'revokedAt', g.revoked_at, 'revokedBy', ${person('g.revoked_by')}) as line
       from case_ref c join access_grant g on g.case_id = c.case_id
      where c.organisation_id = $1
        and ($2::text is null or (c.case_id, g.given_order) > (left($2, 36)::uuid, substr($2, 38)::bigint))
        and c.case_id >= coalesce(left($2, 36), '00000000-0000-0000-0000-000000000000')::uuid
      order by c.case_id, g.given_order limit $3`,
  ),
  'governance-opening': part(
    'governance-opening',
    500,
    `select g.id::text as key, jsonb_build_object('type', 'governance-opening', 'openingId', g.id, 'caseId', g.case_id,
       'memberId', g.member_id, 'reason', g.reason, 'openedAt', g.opened_at, 'endsAt', g.ends_at) as line
       from governance_opening g where g.organisation_id = $1 and ${afterId('g.id')} order by g.id limit $3`,
  ),
};

/** A page of the lines of a part. */
export async function linesOf(
  db: Queryable,
  name: RowPart,
  organisationId: string,
  after: string | undefined,
): Promise<{ lines: ExportLine[]; next: string | null }> {
  const { found, limit } = parts[name];
  const rows = await db.run(found, [organisationId, after ?? null, limit]);
  return {
    lines: rows.map(({ line }) => line),
    next: rows.length < limit ? null : (rows.at(-1)?.key ?? null),
  };
}
