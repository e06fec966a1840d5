import type pg from 'pg';

/** The directory's tables as access has them, with the same keys and indexes, but for checks and triggers. */
export const directoryTables = `
drop table if exists membership, identity, directory_member, directory_organisation;
create table directory_organisation (id uuid primary key);
create table directory_member (
  id uuid primary key, name text not null, email text not null, status text not null default 'active');
create index on directory_member (lower(name) text_pattern_ops) where status = 'active';
create table identity (
  issuer text not null, subject text not null, member_id uuid not null references directory_member, linked_at timestamptz,
  primary key (issuer, subject));
create index on identity (member_id);
create table membership (
  member_id uuid not null references directory_member, organisation_id uuid not null references directory_organisation,
  roles text[] not null, position smallint not null, status text not null default 'active', ended_at timestamptz, user_name text,
  name text, given_name text, family_name text, email text, version int not null default 1, created_at timestamptz not null,
  changed_at timestamptz not null, removed_at timestamptz, import_id uuid, primary key (member_id, organisation_id));
create unique index on membership (organisation_id, lower(coalesce(user_name, member_id::text))) where removed_at is null;
create index on membership (organisation_id, member_id);
`;

export interface Row {
  readonly id: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  readonly roles: string;
}

/** Rows in one statement. */
const portion = 5_000;

/** Inserts members as a bare program would: by `unnest`, in one transaction. */
export async function insertMembers(
  client: pg.Client,
  organisationId: string,
  rows: readonly Row[],
): Promise<void> {
  const at = new Date();
  await client.query('begin');
  for (let start = 0; start < rows.length; start += portion) {
    const some = rows.slice(start, start + portion);
    const ids = some.map((row) => row.id);
    const [names, emails] = [some.map((row) => row.name), some.map((row) => row.email)];
    await client.query({
      name: 'member',
      text: 'insert into directory_member (id, name, email) select * from unnest($1::uuid[], $2::text[], $3::text[])',
      values: [ids, names, emails],
    });
    await client.query({
      name: 'identity',
      text: `insert into identity (issuer, subject, member_id)
             select $1, subject, id from unnest($2::text[], $3::uuid[]) as t (subject, id)`,
      values: ['https://sign-in.invalid', some.map((row) => row.subject), ids],
    });
    await client.query({
      name: 'membership',
      text: `insert into membership (member_id, organisation_id, roles, position, user_name, name, email, created_at, changed_at)
             select id, $1, string_to_array(roles, ' '), 0, email, name, email, $2, $2
               from unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) as t (id, name, email, roles)`,
      values: [organisationId, at, ids, names, emails, some.map((row) => row.roles)],
    });
  }
  await client.query('commit');
}
