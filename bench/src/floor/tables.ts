/** The durable rows of the flows, bare: the same columns that the services write, without their triggers and extra indexes. */
export const floorTables = `
create table if not exists session (secret_hash bytea primary key, member_id uuid not null, ends_at timestamptz not null);
create table if not exists idempotency_key (
  member_id uuid, key text, request_hash bytea not null, command_id uuid not null, status int, reply jsonb,
  leased_until timestamptz not null, primary key (member_id, key));
create table if not exists cases (
  id uuid primary key, requester_id uuid not null, organisation_id uuid not null, question text not null, history text not null,
  age_band text not null, sex text not null, priority text not null, status text not null, version int not null,
  created_at timestamptz not null, last_activity_at timestamptz not null);
create table if not exists post (
  id uuid primary key, case_id uuid not null, number int not null, author_id uuid not null, kind text not null, body text not null,
  posted_at timestamptz not null, unique (case_id, number));
create table if not exists access_grant (
  id uuid primary key, case_id uuid not null, principal_kind text not null, principal_id uuid, given_by uuid not null,
  given_at timestamptz not null, expires_at timestamptz, revoked_at timestamptz);
create index if not exists access_grant_case on access_grant (case_id);
create table if not exists audit (
  id bigint generated always as identity primary key, at timestamptz not null, actor_id uuid not null, act text not null,
  case_id uuid, outcome text not null, trace_id text);
create index if not exists audit_case on audit (case_id, at);
create table if not exists outbox (
  id bigint generated always as identity primary key, message_id uuid not null unique, subject text not null, aggregate_id uuid not null,
  payload jsonb not null, created_at timestamptz not null default now(), published_at timestamptz);
create index if not exists outbox_unpublished on outbox (id) where published_at is null;
create table if not exists inbox (durable text, message_id uuid, handled_at timestamptz not null, primary key (durable, message_id));
`;
