import {
  importColumns,
  isEmailAddress,
  memberRoles,
  type LineError,
  type MemberRole,
} from '@definitivedx/contracts';

/** One member of the file. */
export interface ImportLine {
  readonly line: number;
  readonly subject: string;
  readonly userName: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly MemberRole[];
}

type Column = (typeof importColumns.required)[number] | (typeof importColumns.optional)[number];

/** Where each column of ours stands in the file. */
export type Columns = Readonly<Record<(typeof importColumns.required)[number], number>> & {
  readonly user_name?: number;
  readonly count: number;
};

const known: readonly string[] = [...importColumns.required, ...importColumns.optional];
const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** Reads the header. @returns what is wrong with it, in a sentence, when it is. */
export function readHeader(cells: readonly string[]): Columns | string {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  if (names.length === 1 && /[;\t]/.test(names[0] ?? '')) return 'Separate the columns by commas.';
  const missing = importColumns.required.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    return `The first line has to name the columns. Missing: ${quoted(missing)}; there may be ${quoted(importColumns.optional)} as well.`;
  }
  // Its name is not repeated: a file without a header has people's particulars there.
  const unknown = names.flatMap((name, place) => (known.includes(name) ? [] : [place + 1]));
  if (unknown.length > 0) {
    return `The columns are ${quoted(known)}. Leave out the others: column ${unknown.slice(0, 10).join(', ')} of the file.`;
  }
  const twice = known.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice.length > 0) return `Name each column once: ${quoted(twice)} is there twice.`;
  const at = (name: Column): number => names.indexOf(name);
  return {
    subject: at('subject'),
    name: at('name'),
    email: at('email'),
    roles: at('roles'),
    ...(names.includes('user_name') ? { user_name: at('user_name') } : {}),
    count: names.length,
  };
}

const formula = /^[=+\-@\t\r＝＋－＠]/u;
// eslint-disable-next-line no-control-regex -- control characters are what this finds
const control = /[\u0000-\u001f\u007f\u2028\u2029]/;
const longest: Readonly<Record<Column, number>> = {
  subject: 255,
  name: 200,
  email: 254,
  roles: 200,
  user_name: 254,
};

/** What is wrong with a cell by itself. */
function wrongCell(column: Column, raw: string, value: string): string | undefined {
  if (formula.test(raw))
    return 'begins with a sign (= + - @, tab or return) that spreadsheets take for a formula';
  if (value === '') return 'is empty';
  if (value.length > longest[column]) return `is longer than ${String(longest[column])} characters`;
  if (control.test(value)) return 'has a line break or another control character in it';
  if (column === 'email' && !isEmailAddress(value)) return 'is not an e-mail address';
  return undefined;
}

const roleByName = new Map<string, readonly MemberRole[] | undefined>();

/** Roles as they are written, apart by spaces, semicolons or bars. Undefined for any that does not exist. */
function rolesIn(value: string): readonly MemberRole[] | undefined {
  if (roleByName.has(value)) return roleByName.get(value);
  const words = value
    .toLowerCase()
    .split(/[\s;|]+/)
    .filter((word) => word !== '');
  const named = [...new Set(words)].map((word) => memberRoles.find((role) => role === word));
  const known = named.filter((role) => role !== undefined);
  const roles = known.length > 0 && known.length === named.length ? known : undefined;
  // Files repeat a few combinations; what is none is not worth keeping.
  if (roles && roleByName.size < 1_000) roleByName.set(value, roles);
  return roles;
}

/** Reads a line of the file. @returns everything that is wrong with it, when something is. Cells are not repeated. */
export function readImportLine(
  line: number,
  cells: readonly string[],
  columns: Columns,
): ImportLine | LineError[] {
  if (cells.length !== columns.count) {
    return [
      {
        line,
        column: null,
        reason: `has ${String(cells.length)} columns where the header has ${String(columns.count)}`,
      },
    ];
  }
  const errors: LineError[] = [];
  const cell = (column: Column, place: number): string => {
    const raw = cells[place] ?? '';
    const value = raw.trim();
    const reason = wrongCell(column, raw, value);
    if (reason !== undefined) errors.push({ line, column, reason });
    return value;
  };
  const subject = cell('subject', columns.subject);
  const name = cell('name', columns.name);
  const email = cell('email', columns.email);
  const written = cell('roles', columns.roles);
  const named = columns.user_name !== undefined && (cells[columns.user_name] ?? '').trim() !== '';
  const userName = named ? cell('user_name', columns.user_name ?? 0) : email;
  const roles = rolesIn(written);
  if (!roles && !errors.some((error) => error.column === 'roles')) {
    errors.push({
      line,
      column: 'roles',
      reason: `has a role that there is not; there are ${memberRoles.join(', ')}`,
    });
  }
  return errors.length > 0 || !roles ? errors : { line, subject, userName, name, email, roles };
}
