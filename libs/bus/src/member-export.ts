import type { ExportedSection, ExportPage } from '@definitivedx/contracts';
import { asMember, type Caller } from '@definitivedx/auth';
import { statement, type Queryable, type Statement } from '@definitivedx/db';
import { invalidInput } from '@definitivedx/errors';

interface Row {
  readonly key: string;
  readonly row: Record<string, unknown>;
}

/** One kind of row that a service keeps about a member. */
export interface ExportSection {
  readonly name: string;
  readonly statement: Statement<Row>;
}

/** Rows fetched at a time, and what a page may hold of them in bytes: well under a bus message. */
const batch = 200;
const pageBytes = 400_000;

/**
 * Declares what a service exports of a member.
 * @param select a query of the member $1; its column `key` is unique, and all others are exported under their names, in camel case.
 */
export const exportSection = (service: string, name: string, select: string): ExportSection =>
  exportInOrder(
    service,
    name,
    `select * from (${select}) s
      where $2::text is null or s.key collate "C" > $2
      order by s.key collate "C" limit $3`,
  );

/** The same for a table that is large: the query itself goes on after the key $2, in the order of keys, for $3 rows. */
export const exportInOrder = (service: string, name: string, select: string): ExportSection => ({
  name,
  statement: statement<Row>(
    `${service}.export-${name}`,
    `select r.key, to_jsonb(r) - 'key' as row from (${select}) r`,
  ),
});

/** What a member did by commands, which are kept for a while so that a repeat is known. */
export const exportedCommands = (service: string): ExportSection =>
  exportSection(
    service,
    'commands',
    `select id::text as key, id, at from command where caller_id = $1::text`,
  );

const named = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

/**
 * A page of what the service keeps about the caller.
 * @param after where the page before this one ended
 * @throws AppError `invalid-input` for a cursor that is none
 */
export async function exportPage(
  db: Queryable,
  sections: readonly ExportSection[],
  caller: Caller,
  after: string | undefined,
): Promise<ExportPage> {
  const { memberId } = asMember(caller);
  const { at, key } = placeOf(after, sections.length);
  const exported: ExportedSection[] = [];
  let bytes = 0;
  let from = key;
  for (const [index, { name, statement: rowsOf }] of sections.entries()) {
    if (index < at) continue;
    const rows: ExportedSection['rows'] = [];
    exported.push({ name, rows });
    for (;;) {
      const found = await db.run(rowsOf, [memberId, from, batch]);
      for (const { key: last, row: columns } of found) {
        const row = named(columns);
        const size = Buffer.byteLength(JSON.stringify(row));
        // A single row always fits: what may be written at all is bounded below a bus message.
        if (bytes > 0 && bytes + size > pageBytes)
          return { sections: exported, next: `${String(index)}:${from ?? ''}` };
        bytes += size;
        rows.push(row);
        from = last;
      }
      if (found.length < batch) break;
    }
    from = null;
  }
  return { sections: exported, next: null };
}

function placeOf(after: string | undefined, sections: number): { at: number; key: string | null } {
  if (after === undefined) return { at: 0, key: null };
  const [, index, key = ''] = /^(\d{1,3}):(.*)$/.exec(after) ?? [];
  if (index === undefined || Number(index) >= sections)
    throw invalidInput('This is no cursor of an export.', [{ path: 'after', message: 'is no cursor' }]);
  return { at: Number(index), key: key === '' ? null : key };
}
