import { invalidInput } from '@definitivedx/errors';

/** Deeper than any request of ours, shallow enough for every later recursion. */
export const deepest = 32;

const poisonous = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Refuses what no client of ours sends and what could surprise code further in: keys that reach an object's
 * prototype, values nested too deep, numbers too large to be numbers, half characters.
 * @throws AppError `invalid-input` naming the place.
 */
export function assertPlainJson(value: unknown): void {
  // An own stack instead of recursion: the input decides how deep it is.
  const pending: { value: unknown; path: string; depth: number }[] = [{ value, path: '', depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value: current, path, depth } = next;
    if (depth > deepest) throw refuse(path, `Nest values at most ${String(deepest)} deep.`);
    if (typeof current === 'string' && !current.isWellFormed()) {
      throw refuse(path, 'The text holds half a character (a lone surrogate). Please retype it.');
    }
    if (typeof current === 'number' && !Number.isFinite(current))
      throw refuse(path, 'The number is too large.');
    if (typeof current !== 'object' || current === null) continue;
    for (const [key, item] of Object.entries(current)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (poisonous.has(key)) throw refuse(path, 'A key has a name that is not allowed here.');
      if (!key.isWellFormed()) throw refuse(path, 'A key holds half a character (a lone surrogate).');
      pending.push({ value: item, path: at.slice(0, 200), depth: depth + 1 });
    }
  }
}

const refuse = (path: string, message: string) =>
  invalidInput('The request body was refused. Please correct the place named.', [{ path, message }]);

/** The same text for the same value, however its keys were ordered. Only for values that passed `assertPlainJson`. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
