import type { LineError, MemberImport } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { ImportLine } from '../domain/import-lines.js';

export interface ImportRow {
  readonly importId: string;
  readonly organisationId: string;
  readonly startedBy: string;
  readonly startedByKind: 'member' | 'client';
  readonly issuer: string;
  readonly state: MemberImport['state'];
  readonly lines: number;
  readonly written: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly errorCount: number;
  readonly errors: LineError[];
  readonly reason: string | null;
  readonly attempts: number;
  readonly leasedUntil: Date | null;
  readonly origin: string | null;
  readonly traceId: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

const withoutErrors = `id as "importId", organisation_id as "organisationId", started_by as "startedBy",
  started_by_kind as "startedByKind", issuer, state, lines, written, added, changed, unchanged,
  error_count as "errorCount", reason, attempts, leased_until as "leasedUntil", origin, trace_id as "traceId",
  started_at as "startedAt", ended_at as "endedAt"`;
const columns = `${withoutErrors}, errors`;

const begin = statement<ImportRow>(
  'access.begin-import',
  `insert into member_import (id, organisation_id, started_by, started_by_kind, issuer, state, leased_until, origin,
                              trace_id, started_at)
   values ($1, $2, $3, $4, $5, 'reading', $6, $7, $8, $9)
   on conflict (id) do update
     set state = 'reading', issuer = excluded.issuer, leased_until = excluded.leased_until, lines = 0, error_count = 0,
         errors = '[]', reason = null, attempts = 0, ended_at = null, started_at = excluded.started_at
     where member_import.organisation_id = excluded.organisation_id
       and (member_import.state = 'failed'
            or (member_import.state = 'reading' and member_import.leased_until <= excluded.started_at))
   returning ${columns}`,
);

export interface NewImport {
  readonly importId: string;
  readonly organisationId: string;
  readonly startedBy: string;
  readonly startedByKind: 'member' | 'client';
  readonly issuer: string;
  readonly leasedUntil: Date;
  readonly origin: string | null;
  readonly traceId: string | null;
}

/** Begins an import, or one that had broken off again. @returns false when there is one of the id that has not. */
export async function beginImport(db: Queryable, one: NewImport, now: Date): Promise<boolean> {
  const { importId, organisationId, startedBy, startedByKind, issuer, leasedUntil, origin, traceId } = one;
  const values = [importId, organisationId, startedBy, startedByKind, issuer, leasedUntil, origin, traceId];
  return (await db.run(begin, [...values, now])).length > 0;
}

const find = statement<ImportRow>(
  'access.find-import',
  `select ${columns} from member_import where id = $1 and organisation_id = $2`,
);
const latest = statement<Omit<ImportRow, 'errors'>>(
  'access.latest-imports',
  `select ${withoutErrors} from member_import where organisation_id = $1 order by started_at desc, id desc limit 20`,
);

export async function findImport(
  db: Queryable,
  organisationId: string,
  importId: string,
): Promise<ImportRow | undefined> {
  const [row] = await db.run(find, [importId, organisationId]);
  return row;
}

export const latestImports = (
  db: Queryable,
  organisationId: string,
): Promise<Omit<ImportRow, 'errors'>[]> => db.run(latest, [organisationId]);

const insertLines = statement<never>(
  'access.insert-import-lines',
  `insert into member_import_line (import_id, line, member_id, subject, user_name, name, email, roles)
   select $1, line, member_id, subject, user_name, name, email, string_to_array(roles, ' ')
     from unnest($2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
          as t (line, member_id, subject, user_name, name, email, roles)`,
);

/** Keeps lines of a file until the whole of it is known. @param ids an id for each, should it be somebody new. */
export async function keepLines(
  db: Queryable,
  importId: string,
  lines: readonly ImportLine[],
  ids: readonly string[],
): Promise<void> {
  if (lines.length === 0) return;
  await db.run(insertLines, [
    importId,
    lines.map((one) => one.line),
    ids,
    lines.map((one) => one.subject),
    lines.map((one) => one.userName),
    lines.map((one) => one.name),
    lines.map((one) => one.email),
    lines.map((one) => one.roles.join(' ')),
  ]);
}

const dropSome = statement<{ dropped: number }>(
  'access.drop-import-lines',
  `with dropped as (
     delete from member_import_line where (import_id, line) in (
       select import_id, line from member_import_line where import_id = $1 order by line limit 20000)
     returning 1
   )
   select count(*)::int as dropped from dropped`,
);

/** Forgets the lines of an import, in portions that each take a moment. */
export async function dropLines(db: Queryable, importId: string): Promise<void> {
  for (let dropped = 1; dropped > 0; ) dropped = (await db.run(dropSome, [importId]))[0]?.dropped ?? 0;
}

const left = statement<{ importId: string }>(
  'access.imports-with-lines-left',
  `select i.id as "importId" from member_import i
    where i.ended_at is not null and i.ended_at > $1
      and exists (select from member_import_line l where l.import_id = i.id)`,
);

/** Imports that ended lately and whose lines a crash left behind. */
export const importsWithLinesLeft = async (db: Queryable, since: Date): Promise<string[]> =>
  (await db.run(left, [since])).map((row) => row.importId);

const setRead = statement<{ one: number }>(
  'access.import-read',
  `update member_import
      set state = 'checking', lines = $2, error_count = $3, errors = $4::jsonb, leased_until = $5
    where id = $1 and state = 'reading' returning 1 as one`,
);
const renew = statement<{ one: number }>(
  'access.renew-import',
  `update member_import set leased_until = $3, lines = greatest(lines, $4), written = greatest(written, $5)
    where id = $1 and attempts = $2 and ended_at is null returning 1 as one`,
);

/** The whole file has been read; whoever is free takes it up. */
export async function importRead(
  db: Queryable,
  importId: string,
  read: { readonly lines: number; readonly errorCount: number; readonly errors: readonly LineError[] },
  now: Date,
): Promise<boolean> {
  const values = [importId, read.lines, read.errorCount, JSON.stringify(read.errors), now];
  return (await db.run(setRead, values)).length > 0;
}

/** Says how far it is, and keeps it for who works on it. @returns false when it has been taken away. */
export async function renewImport(
  db: Queryable,
  one: { readonly importId: string; readonly attempts: number },
  progress: { readonly lines?: number; readonly written?: number },
  leasedUntil: Date,
): Promise<boolean> {
  const values = [one.importId, one.attempts, leasedUntil, progress.lines ?? 0, progress.written ?? 0];
  return (await db.run(renew, values)).length > 0;
}

const claim = statement<ImportRow>(
  'access.claim-import',
  `update member_import set attempts = attempts + 1, leased_until = $2, written = 0
    where id = (select id from member_import where ended_at is null and leased_until <= $1
                 order by leased_until limit 1 for update skip locked)
   returning ${columns}`,
);

/** Takes an import that nobody works on. */
export async function claimImport(db: Queryable, now: Date, until: Date): Promise<ImportRow | undefined> {
  const [row] = await db.run(claim, [now, until]);
  return row;
}

const setState = statement<{ one: number }>(
  'access.set-import-state',
  `update member_import set state = $3, error_count = $4, errors = $5::jsonb, reason = $6, added = $7, changed = $8,
          unchanged = $9, written = $10, ended_at = $11, leased_until = case when $11::timestamptz is null then leased_until end
    where id = $1 and attempts = $2 and ended_at is null returning 1 as one`,
);

type Outcome = Partial<
  Pick<ImportRow, 'errorCount' | 'errors' | 'reason' | 'added' | 'changed' | 'unchanged' | 'written'>
>;

/** Moves an import on. @returns false when whoever held it has lost it. */
export async function moveImport(
  db: Queryable,
  row: ImportRow,
  state: ImportRow['state'],
  outcome: Outcome,
  endedAt: Date | null,
): Promise<boolean> {
  const now = { ...row, ...outcome };
  const rows = await db.run(setState, [
    row.importId,
    row.attempts,
    state,
    now.errorCount,
    JSON.stringify(now.errors),
    now.reason,
    now.added,
    now.changed,
    now.unchanged,
    now.written,
    endedAt,
  ]);
  return rows.length > 0;
}

const countLines = statement<{ lines: number; last: number }>(
  'access.count-import-lines',
  `select count(*)::int as lines, coalesce(max(line), 0) as last from member_import_line where import_id = $1`,
);

export async function linesKept(
  db: Queryable,
  importId: string,
): Promise<{ lines: number; last: number }> {
  const [row] = await db.run(countLines, [importId]);
  return row ?? { lines: 0, last: 0 };
}

const repeated = (column: 'subject' | 'user_name', key: string) =>
  statement<{ line: number; first: number }>(
    `access.repeated-${column}`,
    `with twice as (
       select ${key} as key, min(line) as first from member_import_line
        where import_id = $1 and hashtext(${key}) & $2 = $3
        group by 1 having count(*) > 1
     )
     select l.line, twice.first from twice
       join member_import_line l on l.import_id = $1 and ${key.replaceAll(column, `l.${column}`)} = twice.key and l.line > twice.first
      order by l.line`,
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
): Promise<{ line: number; first: number }[]> =>
  db.run(repeatedIn[column], [importId, part.mask, part.of]);

/** A portion of an import's lines, each with the member who signs in as its subject. */
const portion = `
  select l.*, i.member_id as known_id
    from member_import_line l
    left join lateral (
      select member_id from identity where issuer = $2 and subject = l.subject limit 1
    ) as i on true
   where l.import_id = $1 and l.line > $4 and l.line <= $5`;

const refusedLines = `
  with line as materialized (${portion})
  select line, 'user_name' as "column", 'is the user name of another member of your organisation' as reason
    from line
   where exists (select from membership ms
                  where ms.organisation_id = $3 and ms.removed_at is null
                    and lower(coalesce(ms.user_name, ms.member_id::text)) = lower(line.user_name)
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
    returning placed.removed,
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
         (select count(*) from altered where demoted)::int as demoted`;

export interface Written {
  readonly lines: number;
  readonly added: number;
  readonly changed: number;
  /** Administrators who are none any more. */
  readonly demoted: number;
}

/** Writes a portion of the lines into the directory. What is as the line says already is not touched. */
export async function writePortion(tx: Transaction, lines: Portion, now: Date): Promise<Written> {
  const [row] = await tx.run<Written>({ name: '', text: write }, [...valuesOf(lines), now]);
  return row ?? { lines: 0, added: 0, changed: 0, demoted: 0 };
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
