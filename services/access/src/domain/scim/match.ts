import { booleanOf, isObject, type Json } from './attributes.js';
import type { Filter, Value } from './filter.js';
import { refusal } from './refusal.js';

const textOf = (value: Json | Value | undefined): string =>
  (typeof value === 'string' ? value : JSON.stringify(value ?? '')).toLowerCase();

/** What a value has under a name in any mix of capitals; a plain value is its own `value`. */
function partOf(item: Json, name: string): Json | undefined {
  if (!isObject(item)) return name === 'value' ? item : undefined;
  return Object.entries(item).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** `true` as a word and as a text are the same here: Entra writes `primary eq "True"`. */
function same(found: Json | undefined, wanted: Value): boolean {
  if (found === undefined || found === null) return wanted === null;
  if (typeof found === 'boolean') return found === booleanOf(wanted);
  return textOf(found) === textOf(wanted);
}

function compare(found: Json | undefined, op: string, wanted: Value): boolean {
  if (op === 'eq') return same(found, wanted);
  if (op === 'ne') return !same(found, wanted);
  if (found === undefined || found === null) return false;
  const [a, b] = [textOf(found), textOf(wanted)];
  switch (op) {
    case 'co':
      return a.includes(b);
    case 'sw':
      return a.startsWith(b);
    case 'ew':
      return a.endsWith(b);
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'lt':
      return a < b;
    default:
      return a <= b;
  }
}

/** Whether a value of a multi-valued attribute is one that the filter in a path means. */
export function matches(item: Json, filter: Filter): boolean {
  switch (filter.op) {
    case 'and':
      return matches(item, filter.left) && matches(item, filter.right);
    case 'or':
      return matches(item, filter.left) || matches(item, filter.right);
    case 'not':
      return !matches(item, filter.filter);
    case 'pr':
      return (partOf(item, filter.path) ?? null) !== null;
    case 'has':
      throw refusal('invalidPath', 'A filter in a path has no filter within.');
    default:
      return compare(partOf(item, filter.path), filter.op, filter.value);
  }
}

/** The parts that a filter says are equal to something, when it says nothing else: a new value begins with them. */
export function equalities(filter: Filter): Record<string, Value> | undefined {
  if (filter.op === 'eq') return { [filter.path]: filter.value };
  if (filter.op !== 'and') return undefined;
  const [left, right] = [equalities(filter.left), equalities(filter.right)];
  return left && right && { ...left, ...right };
}
