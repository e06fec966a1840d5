/**
 * Tables of outbox, inbox, dead letters and commands, for the first migration of each messaging service.
 * Frozen once released: a change is a new constant and a new migration.
 */
export const messagingTablesV1 = `
create table outbox (
  id bigint generated always as identity primary key,
  message_id uuid not null unique,
  subject text not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  traceparent text,
  created_at timestamptz not null default clock_timestamp(),
  published_at timestamptz,
  attempts int not null default 0,
  retry_at timestamptz,
  last_error text
);
create index outbox_unpublished on outbox (id) where published_at is null;
create index outbox_unpublished_aggregate on outbox (aggregate_id, id) where published_at is null;
create index outbox_created on outbox (created_at);

create function outbox_wake() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', '');
  return null;
end $$;
create trigger outbox_wake after insert on outbox for each statement execute function outbox_wake();

create table inbox (
  durable text not null,
  message_id uuid not null,
  failures int not null default 0,
  handled_at timestamptz,
  seen_at timestamptz not null default clock_timestamp(),
  primary key (durable, message_id)
);
create index inbox_seen on inbox (seen_at);

create table dead_letter (
  id uuid primary key,
  durable text not null,
  message_id uuid not null,
  subject text not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  traceparent text,
  published_at timestamptz not null,
  error_code text not null,
  deliveries int not null,
  at timestamptz not null default clock_timestamp(),
  replayed_at timestamptz,
  unique (durable, message_id)
);
create index dead_letter_at on dead_letter (at desc);

create table command (
  id uuid primary key,
  caller_id text not null,
  reply jsonb,
  at timestamptz not null default clock_timestamp()
);
create index command_at on command (at);
`;
