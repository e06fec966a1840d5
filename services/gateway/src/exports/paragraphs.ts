import { labelOf, valueInWords } from './words.js';

type Plain = Readonly<Record<string, unknown>>;

/** A value that says something: not null, not empty. */
const isSaid = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);

/** Ids are for programs; a document names what they stand for, or leaves them out. */
const isId = (field: string): boolean => /(^id|Ids?)$/.test(field);

/** The fields of an object that a document shows, in their order. */
export const saidIn = (object: object, except: readonly string[] = []): [string, unknown][] =>
  Object.entries(object).filter(([field, value]) => isSaid(value) && !isId(field) && !except.includes(field));

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

/** A result of an examination: "CRP: 12 mg/L (range 0-5)", and what else there is about it. */
function measurement(result: Plain): string | undefined {
  const { name, value, unit } = result;
  if (typeof name !== 'string' || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const rest = saidIn(result, ['name', 'value', 'unit']).map(
    ([field, part]) => `${labelOf(field).toLowerCase()} ${lineOf(part)}`,
  );
  const measure = typeof unit === 'string' && unit !== '' ? `${String(value)} ${unit}` : String(value);
  return `${name}: ${measure}${rest.length === 0 ? '' : ` (${rest.join('; ')})`}`;
}
