import type { LineError, MemberImport } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';
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

export const latestImports = (db: Queryable, organisationId: string): Promise<Omit<ImportRow, 'errors'>[]> =>
  db.run(latest, [organisationId]);

const insertLines = statement<never>(
  'access.insert-import-lines',
  `insert into member_import_line (import_id, line, subject, user_name, name, email, roles)
   select $1, line, subject, user_name, name, email, string_to_array(roles, ' ')
     from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
          as t (line, subject, user_name, name, email, roles)`,
);

/** Keeps lines of a file until the whole of it is known. */
export async function keepLines(
  db: Queryable,
  importId: string,
  lines: readonly ImportLine[],
): Promise<void> {
  if (lines.length === 0) return;
  await db.run(insertLines, [
    importId,
    lines.map((one) => one.line),
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
     delete from member_import_line where import_id = $1 and line <= (
       select max(line) from (
         select line from member_import_line where import_id = $1 order by line limit 20000) as first)
     returning 1
   )
   select count(*)::int as dropped from dropped`,
);

/** Forgets the lines of an import, in portions that each take a moment. */
export async function dropLines(db: Queryable, importId: string): Promise<void> {
  for (let dropped = 1; dropped > 0;) dropped = (await db.run(dropSome, [importId]))[0]?.dropped ?? 0;
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
