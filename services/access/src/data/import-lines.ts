import type { LineError } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';

const countLines = statement<{ lines: number; last: number }>(
  'access.count-import-lines',
  `select count(*)::int as lines, coalesce(max(line), 0) as last from member_import_line where import_id = $1`,
);

export async function linesKept(db: Queryable, importId: string): Promise<{ lines: number; last: number }> {
  const [row] = await db.run(countLines, [importId]);
  return row ?? { lines: 0, last: 0 };
}

// One pass over the lines and no join: nothing that is planned for a few lines and then met by a million.
const repeated = (column: 'subject' | 'user_name', key: string) =>
  statement<{ line: number; first: number }>(
    `access.repeated-${column}`,
    `select line, first
       from (select line, min(line) over (partition by ${key}) as first
               from member_import_line
              where import_id = $1 and hashtext(${key}) & $2 = $3) as l
      where line > first
      order by line`,
  );
const repeatedIn = {
  subject: repeated('subject', 'subject'),
  user_name: repeated('user_name', 'lower(user_name)'),
} as const;

/** Lines whose value an earlier line has as well: of a part of the values, so that no statement takes long. */
export const repeatedLines = (
  db: Queryable,
  importId: string,
  column: keyof typeof repeatedIn,
  part: { readonly mask: number; readonly of: number },
): Promise<{ line: number; first: number }[]> => db.run(repeatedIn[column], [importId, part.mask, part.of]);

/** A portion of an import's lines, each with the member who signs in as its subject. */
const portion = `
  select l.*, i.member_id as known_id
    from member_import_line l
    left join lateral (
      select member_id from identity where issuer = $2 and subject = l.subject limit 1
    ) as i on true
   where l.import_id = $1 and l.line > $4 and l.line <= $5`;

/**
 * The organisation of a place, said so that no index on organisations is considered: just after a large import the planner
 * still believes they are small, and would read all of one for each name.
 */
export const inOrganisation = (place: string, organisation: string): string =>
  `${place}.organisation_id is not distinct from ${organisation}`;

const refusedLines = `
  with line as materialized (${portion})
  select line, 'user_name' as "column", 'is the user name of another member of your organisation' as reason
    from line
   where exists (select from membership ms
                  where lower(coalesce(ms.user_name, ms.member_id::text)) = lower(line.user_name) and ms.removed_at is null
                    and ${inOrganisation('ms', '$3')}
                    and ms.member_id is distinct from line.known_id offset 0)
  union all
  select line, 'subject', 'is a member whose place in your organisation has ended; reopen it first'
    from line
   where exists (select from membership ms
                  where ms.member_id = line.known_id and ms.organisation_id = $3
                    and ms.status = 'ended' and ms.removed_at is null offset 0)
   order by 1`;

export interface Portion {
  readonly importId: string;
  readonly issuer: string;
  readonly organisationId: string;
  readonly after: number;
  readonly upTo: number;
}

const valuesOf = ({ importId, issuer, organisationId, after, upTo }: Portion): unknown[] => [
  importId,
  issuer,
  organisationId,
  after,
  upTo,
];

/** Lines of a portion that what the directory holds stands in the way of. */
export const refusedBy = (db: Queryable, lines: Portion): Promise<LineError[]> =>
  // Not named: planned anew each time, since tables grow by millions in between.
  db.run({ name: '', text: refusedLines }, valuesOf(lines));

const write = `
  with line as materialized (${portion}),
  account as (
    insert into member (id, name, email) select member_id, name, email from line where known_id is null
  ),
  signing_in as (
    insert into identity (issuer, subject, member_id) select $2, subject, member_id from line where known_id is null
  ),
  placed as materialized (
    select line.*, ms.roles as had_roles, ms.removed_at is not null as removed, ms.member_id as place_of
      from line
      left join lateral (
        select * from membership m where m.member_id = line.known_id and m.organisation_id = $3 limit 1
      ) as ms on true
  ),
  added as (
    insert into membership (member_id, organisation_id, roles, user_name, name, email, created_at, changed_at, position, import_id)
    select coalesce(known_id, member_id), $3, roles, user_name, name, email, $6, $6,
           case when known_id is null then 0
                else (select coalesce(max(position) + 1, 0) from membership m where m.member_id = known_id) end, $1
      from placed where place_of is null
    returning 1
  ),
  altered as (
    update membership ms
       set roles = placed.roles || case when 'operator' = any (ms.roles) then array['operator'] else '{}'::text[] end,
           user_name = placed.user_name, name = placed.name, email = placed.email, given_name = null, family_name = null,
           status = 'active', ended_at = null, removed_at = null, changed_at = $6, import_id = $1
      from placed
     where ms.member_id = placed.place_of and ms.organisation_id = $3
       and (placed.removed
            or (ms.user_name, ms.email, ms.name) is distinct from (placed.user_name, placed.email, placed.name)
            or not (ms.roles @> placed.roles and array_remove(ms.roles, 'operator') <@ placed.roles))
    returning placed.removed, ms.member_id,
      'specialist' = any (placed.had_roles) and not ('specialist' = any (placed.roles)) as specialist_ended,
      'organisation-admin' = any (placed.had_roles) and not ('organisation-admin' = any (placed.roles)) as demoted
  ),
  renamed as (
    update member m set name = placed.name, email = placed.email
      from placed
     where m.id = placed.known_id and (m.name, m.email) is distinct from (placed.name, placed.email)
       and not exists (select from acting a where a.member_id = m.id and a.organisation_id <> $3 offset 0)
  )
  select (select count(*) from placed)::int as lines,
         (select count(*) from added)::int + (select count(*) from altered where removed)::int as added,
         (select count(*) from altered where not removed)::int as changed,
         (select count(*) from altered where demoted)::int as demoted,
         array(select member_id from altered where specialist_ended) as "specialistsEnded"`;

export interface Written {
  readonly lines: number;
  readonly added: number;
  readonly changed: number;
  /** Administrators who are none any more. */
  readonly demoted: number;
  /** Who is no specialist any more. */
  readonly specialistsEnded: readonly string[];
}

/** Writes a portion of the lines into the directory. What is as the line says already is not touched. */
export async function writePortion(tx: Transaction, lines: Portion, now: Date): Promise<Written> {
  const [row] = await tx.run<Written>({ name: '', text: write }, [...valuesOf(lines), now]);
  return row ?? { lines: 0, added: 0, changed: 0, demoted: 0, specialistsEnded: [] };
}

const lookUps = ['seqscan', 'hashjoin', 'mergejoin'].map((name) => ({
  name: `access.without-${name}`,
  text: `set local enable_${name} = off`,
}));

/** For this transaction, has each line looked up by index: statistics cannot know what an import is about to add. */
export function lookUpByIndex(tx: Transaction): void {
  for (const one of lookUps) tx.later(one);
}

const administered = statement<{ one: number }>(
  'access.still-administered',
  `select 1 as one from acting a
    where a.organisation_id = $1 and 'organisation-admin' = any (a.roles)
      and exists (select from identity i where i.member_id = a.member_id) limit 1`,
);

/** True when somebody who can sign in administers the organisation. */
export const hasAdministrator = async (tx: Transaction, organisationId: string): Promise<boolean> =>
  (await tx.run(administered, [organisationId])).length > 0;
