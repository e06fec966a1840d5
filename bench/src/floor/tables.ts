/** The durable rows of the flows, bare: the same columns that the services write, without their triggers and extra indexes. */
export const floorTables = `
create table if not exists session (secret_hash bytea primary key, member_id uuid not null, ends_at timestamptz not null);
create table if not exists idempotency_key (
  member_id uuid, key text, request_hash bytea not null, command_id uuid not null, status int, reply jsonb,
  leased_until timestamptz not null, primary key (member_id, key));
create table if not exists cases (
  id uuid primary key, requester_id uuid not null, organisation_id uuid not null, question text not null, history text not null,
  age_band text not null, sex text not null, intended_action text not null, priority text not null, status text not null,
  version int not null, post_count int not null default 0, text_bytes int not null, code text not null unique,
  lead_panel_id uuid, examination text, results jsonb not null, medication text, specialty text, referral_allowed boolean not null,
  consent_sharing text, consent_photographs text, consent_by uuid, consent_at timestamptz, created_at timestamptz not null, last_activity_at timestamptz not null);
create table if not exists command (
  id uuid primary key, caller_id text not null, reply jsonb, at timestamptz not null default clock_timestamp());
create table if not exists attestation (
  case_id uuid primary key, member_id uuid not null, version text not null, hash text not null, attested_at timestamptz not null);
create table if not exists response_clock (
  case_id uuid primary key, panel_id uuid, calendar text not null, terms jsonb not null, budget_minutes double precision not null,
  used_minutes double precision not null default 0, started_at timestamptz not null, running_since timestamptz,
  stopped_at timestamptz, due_at timestamptz not null, first_answer_at timestamptz);
create table if not exists audience (
  case_id uuid not null, grant_id uuid, kind text not null, principal uuid not null, expires_at timestamptz,
  last_activity_at timestamptz not null);
create index if not exists audience_inbox on audience (principal, last_activity_at desc, case_id desc);
create index if not exists audience_of_case on audience (case_id);
create table if not exists responsibility (
  id bigint generated always as identity primary key, case_id uuid not null, member_id uuid not null, reason text not null,
  from_at timestamptz not null, until_at timestamptz);
create table if not exists timeline (
  id bigint generated always as identity primary key, case_id uuid not null, kind text not null, actor_id uuid,
  subject_id uuid, detail jsonb not null, at timestamptz not null);
create index if not exists timeline_of_case on timeline (case_id, id);
create table if not exists case_ref (case_id uuid primary key, requester_id uuid not null, organisation_id uuid not null);
create table if not exists stream_position (member_id uuid primary key, last int not null);
create table if not exists stream_entry (
  member_id uuid not null, sequence int not null, kind text not null, case_id uuid not null, at timestamptz not null,
  source_message uuid not null, primary key (member_id, sequence));
create table if not exists mail (
  id uuid primary key, message_id text not null unique, source_message uuid not null, member_id uuid, case_id uuid,
  template text not null, created_at timestamptz not null, attempts int not null default 0, next_attempt_at timestamptz not null,
  sent_at timestamptz, traceparent text);
create table if not exists case_fact (
  case_id uuid primary key, practice_id uuid, panel_id uuid, panel_organisation_id uuid, priority text, intended_action text,
  asked_at timestamptz, answer_by timestamptz);
create table if not exists post (
  id uuid primary key, case_id uuid not null, number int not null, author_id uuid not null, kind text not null, body text not null,
  posted_at timestamptz not null, unique (case_id, number));
create table if not exists access_grant (
  id uuid primary key, case_id uuid not null, principal_kind text not null, principal_id uuid, given_by uuid not null,
  given_at timestamptz not null, expires_at timestamptz, revoked_at timestamptz);
create index if not exists access_grant_case on access_grant (case_id);
create table if not exists audit (
  id bigint generated always as identity primary key, at timestamptz not null, actor_kind text not null, actor_id uuid,
  organisation_id uuid, act text not null, purpose text, case_id uuid, via text, grant_id uuid, outcome text not null,
  trace_id text, subject_id uuid);
create index if not exists audit_case on audit (case_id, at);
create table if not exists outbox (
  id bigint generated always as identity primary key, message_id uuid not null unique, subject text not null, aggregate_id uuid not null,
  payload jsonb not null, traceparent text, created_at timestamptz not null default now(), published_at timestamptz);
create index if not exists outbox_unpublished on outbox (id) where published_at is null;
create table if not exists inbox (durable text, message_id uuid, handled_at timestamptz not null, primary key (durable, message_id));
`;
