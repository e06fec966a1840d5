import { Migration } from '@definitivedx/db';

/** Endpoints of organisations, and what is delivered to them. */
export class Migration0003Webhooks extends Migration {
  override up(): void {
    this.addSql(endpoints);
    this.addSql(deliveries);
  }
}

const endpoints = `
create table webhook (
  id uuid primary key,
  organisation_id uuid not null,
  url text not null,
  description text,
  event_types text[] not null,
  status text not null default 'active' check (status in ('active', 'disabled', 'deleted')),
  disabled_reason text check (disabled_reason in ('by-hand', 'gone', 'failing')),
  disabled_at timestamptz,
  -- To sign with; no reply holds them but the one that made them. The previous one signs as well until a time.
  secret text not null,
  previous_secret text,
  previous_until timestamptz,
  failures int not null default 0,
  failing_since timestamptz,
  paused_until timestamptz,
  -- While a replica delivers to it: one at a time, so that a slow endpoint takes up one place.
  leased_until timestamptz not null default '-infinity',
  created_at timestamptz not null,
  check ((status = 'disabled') = (disabled_reason is not null and disabled_at is not null)),
  check ((previous_secret is null) = (previous_until is null))
);
create index webhook_organisation on webhook (organisation_id, id) where status <> 'deleted';
create index webhook_active on webhook (leased_until) where status = 'active';
`;

const deliveries = `
create table webhook_delivery (
  -- Also the webhook-id: the same however often it is sent.
  id uuid primary key,
  webhook_id uuid not null references webhook,
  type text not null,
  body text not null,
  source_message uuid not null,
  traceparent text,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts int not null default 0,
  -- Attempts made before it was last replayed: the schedule begins anew.
  attempts_before int not null default 0,
  created_at timestamptz not null,
  due_at timestamptz,
  check ((state = 'pending') = (due_at is not null)),
  unique (webhook_id, source_message, type)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, due_at) where due_at is not null;
create index webhook_delivery_log on webhook_delivery (webhook_id, id desc);
create index webhook_delivery_age on webhook_delivery (created_at) where state <> 'pending';

create table webhook_attempt (
  delivery_id uuid not null references webhook_delivery on delete cascade,
  number int not null,
  at timestamptz not null,
  outcome text not null check (outcome in ('delivered', 'failed', 'refused')),
  status smallint,
  code text,
  duration_ms int not null,
  primary key (delivery_id, number)
);
`;
