import { labelOf, unitAsWritten, valueInWords } from './words.js';

type Plain = Readonly<Record<string, unknown>>;

/** Ids are for programs; a document names what they stand for, or leaves them out. */
const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A value that says something: not null, not empty, no id. */
function isSaid(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isSaid);
  return (
    value !== null && value !== undefined && value !== '' && !(typeof value === 'string' && id.test(value))
  );
}

/** The fields of an object that a document shows, in their order. */
export const saidIn = (object: object, except: readonly string[] = []): [string, unknown][] =>
  Object.entries(object).filter(([field, value]) => isSaid(value) && !except.includes(field));

/**
 * A value of a case as lines to read, whatever its shape: so that a field which a case gets tomorrow is in its documents
 * from the first day on, if not as neatly as it might be.
 */
export function paragraphsOf(value: unknown): string[] {
  if (!isSaid(value)) return [];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [valueInWords(value)];
  if (Array.isArray(value)) return value.map(lineOf).filter((line) => line !== '');
  return saidIn(value as object).map(([field, part]) => `${labelOf(field)}: ${lineOf(part)}`);
}

function lineOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return paragraphsOf(value).join('');
  const measured = Array.isArray(value) ? undefined : measurement(value as Plain);
  return measured ?? paragraphsOf(value).join('; ');
}

/** A result as it is read: "CRP: 12 mg/L (range 0 to 5; taken day 3)". */
function measurement(result: Plain): string | undefined {
  const { name, value, unit } = result;
  if (typeof name !== 'string' || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const rest = saidIn(result, ['name', 'value', 'unit']).map(
    ([field, part]) => `${labelOf(field).toLowerCase()} ${rangeIn(part) ?? lineOf(part)}`,
  );
  const measure = typeof unit === 'string' ? `${String(value)} ${unitAsWritten(unit)}` : String(value);
  return `${name}: ${measure}${rest.length === 0 ? '' : ` (${rest.join('; ')})`}`;
}

function rangeIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { low, high } = value as { low?: unknown; high?: unknown };
  if (typeof low === 'number' && typeof high === 'number') return `${String(low)} to ${String(high)}`;
  if (typeof high === 'number') return `up to ${String(high)}`;
  return typeof low === 'number' ? `from ${String(low)}` : undefined;
}
