import type { AuditRow } from '@definitivedx/contracts';

/**
 * JSON in the one form that RFC 8785 allows: keys sorted by UTF-16 code units, no space, numbers and strings as
 * ECMAScript writes them.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson((value as Record<string, unknown>)[key])}`);
  return `{${members.join(',')}}`;
}

/** The version of the fields that a row is hashed by (docs/audit-format.md). */
const rowVersion = 1;

/** What is hashed of a row: every column, absent ones as null. */
export const rowBytes = (row: AuditRow): Buffer =>
  Buffer.from(canonicalJson({ v: rowVersion, ...row }), 'utf8');
