import { Migration } from '@definitivedx/db';

/**
 * What organisations keep of their members and panels: their own name for a person, SCIM's names and versions, panels
 * that are being prepared or offered to others, and imports from files.
 */
export class Migration0005 extends Migration {
  override up(): void {
    this.addSql(places);
    this.addSql(panels);
    this.addSql(imports);
  }
}

// Names are null where the organisation has none of its own: then the account's count. So the previous version, which
// knows nothing of them, may go on writing.
const places = `
alter table membership
  add column user_name text,
  add column name text,
  add column given_name text,
  add column family_name text,
  add column email text,
  add column version int not null default 1,
  add column created_at timestamptz not null default clock_timestamp(),
  add column changed_at timestamptz not null default clock_timestamp(),
  -- Taken out of the directory; its history stays.
  add column removed_at timestamptz,
  -- The import that wrote it last.
  add column import_id uuid,
  add constraint membership_removed_check check (removed_at is null or status = 'ended');

create unique index membership_user_name
  on membership (organisation_id, lower(coalesce(user_name, member_id::text))) where removed_at is null;
create index membership_by_organisation on membership (organisation_id, member_id);
drop index membership_organisation;

create function version_grows() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end
$$;
create trigger membership_version before update on membership
  for each row when (old.* is distinct from new.*) execute function version_grows();
`;

const panels = `
alter table panel
  drop constraint panel_status_check,
  alter column lead_member_id drop not null,
  add column open_to text not null default 'all-organisations'
    check (open_to in ('all-organisations', 'own-organisation', 'listed-organisations')),
  add column external_id text,
  add column version int not null default 1,
  add column created_at timestamptz not null default clock_timestamp(),
  add column changed_at timestamptz not null default clock_timestamp(),
  add constraint panel_status_check check (status in ('preparing', 'active', 'closed')),
  -- A question sent to a panel always finds somebody, by name and by phone.
  add constraint panel_active_check
    check (status <> 'active' or (lead_member_id is not null and phone <> '' and specialty <> ''));
create trigger panel_version before update on panel
  for each row when (old.* is distinct from new.*) execute function version_grows();

create table panel_offer (
  panel_id uuid not null references panel (id),
  organisation_id uuid not null references organisation (id),
  status text not null check (status in ('offered', 'accepted', 'declined', 'withdrawn')),
  offered_at timestamptz not null,
  offered_by uuid not null,
  answered_at timestamptz,
  answered_by uuid,
  expires_at timestamptz check (expires_at > offered_at),
  primary key (panel_id, organisation_id)
);
create index panel_offer_organisation on panel_offer (organisation_id);
`;

// The lines are only there while an import is under way. They are unlogged: an import that a crash of the server
// robs of its lines is found to be short of them, and fails.
const imports = `
create table member_import (
  id uuid primary key,
  organisation_id uuid not null references organisation (id),
  started_by uuid not null,
  started_by_kind text not null check (started_by_kind in ('member', 'client')),
  issuer text not null,
  state text not null check (state in ('reading', 'checking', 'writing', 'done', 'refused', 'failed')),
  lines int not null default 0,
  written int not null default 0,
  added int not null default 0,
  changed int not null default 0,
  unchanged int not null default 0,
  error_count int not null default 0,
  errors jsonb not null default '[]',
  reason text,
  attempts int not null default 0,
  -- Whoever works on it holds it until then; after that it is anybody's.
  leased_until timestamptz,
  origin text,
  trace_id text,
  started_at timestamptz not null,
  ended_at timestamptz,
  check ((ended_at is null) = (state in ('reading', 'checking', 'writing')))
);
create index member_import_organisation on member_import (organisation_id, started_at desc);
create index member_import_open on member_import (leased_until) where ended_at is null;

create unlogged table member_import_line (
  import_id uuid not null,
  line int not null,
  -- Should it be somebody new.
  member_id uuid not null default uuidv7(),
  subject text not null,
  user_name text not null,
  name text not null,
  email text not null,
  roles text[] not null,
  primary key (import_id, line)
);
`;
