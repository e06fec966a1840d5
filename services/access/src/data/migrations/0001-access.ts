import { Migration } from '@definitivedx/db';
import { messagingTablesV1 } from '@definitivedx/bus';

/** The directory (who there is), the grants (who may see which case), consents, the audit, and the messaging tables. */
export class Migration0001 extends Migration {
  override up(): void {
    this.addSql(directory);
    this.addSql(grants);
    this.addSql(consents);
    this.addSql(audit);
    this.addSql(messagingTablesV1);
  }
}

const directory = `
create table organisation (
  id uuid primary key,
  ods_code text not null unique check (ods_code ~ '^[A-Z0-9]{3,12}$'),
  name text not null,
  kind text not null check (kind in ('trust', 'practice', 'icb')),
  -- Sharing with all members is off until an organisation turns it on.
  allow_everyone boolean not null default false
);

create table member (
  id uuid primary key,
  name text not null,
  email text not null,
  status text not null default 'active' check (status in ('active', 'disabled'))
);
create index member_name_prefix on member (lower(name) text_pattern_ops) where status = 'active';

create table identity (
  issuer text not null,
  subject text not null,
  member_id uuid not null references member (id),
  primary key (issuer, subject)
);
create index identity_member on identity (member_id);

create table membership (
  member_id uuid not null references member (id),
  organisation_id uuid not null references organisation (id),
  roles text[] not null check (
    cardinality(roles) > 0
    and roles <@ array['clinician', 'specialist', 'organisation-admin', 'programme-lead', 'operator']
  ),
  -- Who does not choose an organisation at sign-in acts as the one with the lowest position.
  position smallint not null,
  primary key (member_id, organisation_id)
);
create index membership_organisation on membership (organisation_id);

create table panel (
  id uuid primary key,
  organisation_id uuid not null references organisation (id),
  name text not null,
  specialty text not null,
  phone text not null,
  lead_member_id uuid not null,
  status text not null default 'active' check (status in ('active', 'closed')),
  unique (organisation_id, name),
  unique (id, organisation_id)
);

-- Both keys carry the organisation: a panel has only members of its own organisation, and who leaves the
-- organisation leaves its panels in the same statement.
create table panel_member (
  panel_id uuid not null,
  organisation_id uuid not null,
  member_id uuid not null,
  primary key (panel_id, member_id),
  foreign key (panel_id, organisation_id) references panel (id, organisation_id),
  foreign key (member_id, organisation_id) references membership (member_id, organisation_id) on delete cascade
);
create index panel_member_member on panel_member (member_id, organisation_id);

-- A lead is a member of the panel. Deferred, because each row needs the other.
alter table panel add constraint panel_lead_is_member
  foreign key (id, lead_member_id) references panel_member (panel_id, member_id) deferrable initially deferred;
`;

const grants = `
create table case_ref (
  case_id uuid primary key,
  requester_id uuid not null references member (id),
  organisation_id uuid not null references organisation (id)
);
create index case_ref_requester on case_ref (requester_id);

create table access_grant (
  id uuid primary key,
  -- Order of giving: the first invited specialist is the first here, whatever the ids look like.
  given_order bigint generated always as identity,
  case_id uuid not null references case_ref (case_id),
  principal_kind text not null check (principal_kind in ('member', 'panel', 'everyone')),
  principal_id uuid not null,
  member_id uuid generated always as (case when principal_kind = 'member' then principal_id end) stored
    references member (id),
  panel_id uuid generated always as (case when principal_kind = 'panel' then principal_id end) stored
    references panel (id),
  given_by uuid not null references member (id),
  given_at timestamptz not null,
  expires_at timestamptz check (expires_at > given_at),
  revoked_at timestamptz,
  revoked_by uuid references member (id),
  check ((revoked_at is null) = (revoked_by is null)),
  check ((principal_kind = 'everyone') = (principal_id = '00000000-0000-0000-0000-000000000000'))
);
create index access_grant_case_principal on access_grant (case_id, principal_kind, principal_id);
create index access_grant_principal on access_grant (principal_id) where revoked_at is null;
`;

const consents = `
create table consent_text (
  kind text not null check (kind in ('terms-of-use', 'privacy-policy')),
  version text not null,
  title text not null,
  body text not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  effective_from timestamptz not null,
  published_at timestamptz not null,
  primary key (kind, version),
  unique (kind, version, hash)
);
create index consent_text_in_force on consent_text (kind, effective_from desc, published_at desc);

-- The hash is part of the key: a consent can only be to exactly the text that was published.
create table consent (
  member_id uuid not null references member (id),
  kind text not null,
  version text not null,
  hash text not null,
  at timestamptz not null,
  primary key (member_id, kind, version),
  foreign key (kind, version, hash) references consent_text (kind, version, hash)
);
`;

// No foreign keys: the audit outlives what it speaks of, and nothing else may ever stop a row from being written.
const audit = `
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('member', 'unknown')),
  actor_id uuid check ((actor_id is null) = (actor_kind = 'unknown')),
  organisation_id uuid,
  act text not null,
  purpose text,
  case_id uuid,
  via text check (via in ('requester', 'member', 'panel', 'everyone')),
  grant_id uuid,
  outcome text not null check (outcome in ('allowed', 'refused')),
  trace_id text,
  subject_id uuid
);
create index audit_case on audit (case_id, id) where case_id is not null;
create index audit_actor on audit (actor_id, id) where actor_id is not null;

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append-only: % is refused', tg_op;
end
$$;
create trigger audit_is_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();
`;
