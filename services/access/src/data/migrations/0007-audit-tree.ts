import { Migration } from '@definitivedx/db';

/**
 * The Merkle tree over the audit (docs/audit-format.md). Beside the rows and never in their way: a row is written as
 * before, and takes its place in the tree a moment later.
 */
export class Migration0007 extends Migration {
  override up(): void {
    this.addSql(tree);
    this.addSql(sealing);
    this.addSql(search);
    this.addSql(consents);
    for (const table of ['audit_leaf', 'audit_node', 'audit_head', 'audit_key', 'consent_act']) {
      this.addSql(`
        create trigger ${table}_is_append_only before update or delete or truncate on ${table}
          for each statement execute function audit_is_append_only()`);
    }
  }
}

const hash = 'bytea not null check (length(hash) = 32)';

const tree = `
create table audit_leaf (
  leaf_index bigint primary key check (leaf_index >= 0),
  -- No foreign key: a row that was deleted leaves its leaf behind, which tells of it.
  audit_id bigint not null unique,
  hash ${hash}
);

-- Complete subtrees of 16 leaves and more; smaller ones are quicker hashed again than kept.
create table audit_node (
  level smallint not null check (level >= 4),
  node_index bigint not null check (node_index >= 0),
  hash ${hash},
  primary key (level, node_index)
);

create table audit_key (
  kid text primary key,
  public_key text not null,
  first_used_at timestamptz not null
);

create table audit_head (
  tree_size bigint primary key check (tree_size > 0),
  root_hash bytea not null check (length(root_hash) = 32),
  at timestamptz not null,
  kid text not null references audit_key (kid),
  signature bytea not null check (length(signature) = 64)
);
`;

// Where the sealer stands. Losing it costs only that all rows are looked at once more: what is sealed is in audit_leaf.
const sealing = `
create table audit_sealing (
  one boolean primary key default true check (one),
  low bigint not null default 0,
  mark bigint,
  mark_writers text[],
  check ((mark is null) = (mark_writers is null))
);
insert into audit_sealing default values;
`;

// Searching goes by when something was done, newest first. Each index replaces one that was there, but the last, which
// no allowed read touches: those are most rows by far.
const search = `
drop index audit_case;
drop index audit_actor;
drop index audit_organisation;
create index audit_case on audit (case_id, at, id) where case_id is not null;
create index audit_actor on audit (actor_id, at, id) where actor_id is not null;
create index audit_organisation on audit (organisation_id, at, id) where organisation_id is not null;
create index audit_platform on audit (at, id) where act <> 'case.access' or outcome = 'refused';
`;

// `consent` says what is in force; this says what was ever accepted and withdrawn. A withdrawal removes the row there.
const consents = `
create table consent_act (
  id bigint generated always as identity primary key,
  member_id uuid not null,
  kind text not null,
  version text not null,
  hash text not null,
  act text not null check (act in ('accepted', 'withdrawn')),
  at timestamptz not null
);
create index consent_act_member on consent_act (member_id, id);
insert into consent_act (member_id, kind, version, hash, act, at)
  select member_id, kind, version, hash, 'accepted', at from consent order by at;
-- A trigger, so that what the previous version writes while both run is on record too.
create function note_consent() returns trigger language plpgsql as $$
begin
  insert into consent_act (member_id, kind, version, hash, act, at)
    values (new.member_id, new.kind, new.version, new.hash, 'accepted', new.at);
  return null;
end
$$;
create trigger note_consent after insert on consent for each row execute function note_consent();
`;
