import type { InputOf, ScimKind, scimPatch } from '@definitivedx/contracts';
import {
  attributes,
  booleanOf,
  isNotKept,
  isObject,
  subName,
  withSubNames,
  type Json,
  type JsonObject,
} from './attributes.js';
import { parsePath, type Filter, type Path } from './filter.js';
import { equalities, matches } from './match.js';
import { refusal } from './refusal.js';

export type Operation = InputOf<typeof scimPatch>['operations'][number];
type Op = Operation['op'];
type Draft = Record<string, Json>;

/**
 * What a resource becomes by the operations of a PATCH (RFC 7644, section 3.5.2), in their order.
 * Lenient where Entra is: keys of a value without a path may themselves be paths, a value that a filter should have found is
 * made where the filter says how, and members are removed by value as well.
 * @throws AppError `invalid-input` with `invalidPath`, `noTarget`, `mutability` or `invalidValue`
 */
export function applyPatch(
  kind: ScimKind,
  resource: JsonObject,
  operations: readonly Operation[],
): JsonObject {
  const draft = structuredClone(resource) as Draft;
  for (const { op, path, value } of operations) {
    if (path !== undefined && path !== '') apply(kind, draft, op, path, value);
    else if (op === 'remove') throw refusal('noTarget', 'Say in `path` what is to be removed.');
    else if (!isObject(value))
      throw refusal('invalidValue', 'Without a `path`, `value` names the attributes.');
    else for (const [key, item] of Object.entries(value)) apply(kind, draft, op, key, item, true);
  }
  return draft;
}

function apply(
  kind: ScimKind,
  draft: Draft,
  op: Op,
  written: string,
  value: Json | undefined,
  byKey = false,
): void {
  // The value of the key of an extension is the extension's attributes: none of them is kept.
  if (byKey && written.startsWith('urn:') && isObject(value)) return;
  const path = parsePath(written);
  const found = attributes[kind].get(path.attribute);
  if (!found) {
    if (isNotKept(path.attribute)) return;
    throw refusal('invalidPath', 'There is no such attribute.');
  }
  const { name, shape, readOnly } = found;
  if (readOnly) {
    // A client that sends back all it was given does not mean to change it.
    if (byKey) return;
    throw refusal('mutability', `The attribute ${name} cannot be changed.`);
  }
  if (op !== 'remove' && value === undefined)
    throw refusal('invalidValue', 'Say in `value` what it is to be.');
  if (shape === 'simple') applySimple(draft, op, name, path, value);
  else if (shape === 'complex') applyComplex(draft, op, name, path, value);
  else draft[name] = applyMulti(listOf(draft[name]), op, path, value);
}

function applySimple(draft: Draft, op: Op, name: string, path: Path, value: Json | undefined): void {
  if (path.sub !== undefined || path.filter)
    throw refusal('invalidPath', `The attribute ${name} has no parts.`);
  if (op === 'remove' || value === null || value === undefined) Reflect.deleteProperty(draft, name);
  else draft[name] = value;
}

function applyComplex(draft: Draft, op: Op, name: string, path: Path, value: Json | undefined): void {
  if (path.filter) throw refusal('invalidPath', `The attribute ${name} has one value only.`);
  const current = isObject(draft[name]) ? { ...draft[name] } : {};
  if (path.sub === undefined) {
    if (op === 'remove' || value === null) Reflect.deleteProperty(draft, name);
    else if (!isObject(value)) throw refusal('invalidValue', `The attribute ${name} is an object.`);
    else draft[name] = { ...current, ...withSubNames(value) };
    return;
  }
  if (op === 'remove' || value === undefined || value === null)
    Reflect.deleteProperty(current, subName(path.sub));
  else current[subName(path.sub)] = value;
  draft[name] = current;
}

const listOf = (value: Json | undefined): Json[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? [...value] : [value];

const identity = (item: Json): string => {
  const value = isObject(item) ? (withSubNames(item)['value'] ?? item) : item;
  return (typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase();
};

function applyMulti(list: Json[], op: Op, { filter, sub }: Path, value: Json | undefined): Json[] {
  if (filter) return applyPicked(list, op, filter, sub, value);
  if (sub !== undefined) {
    // `emails.value`: of all of them.
    return op === 'remove'
      ? list.map((item) => without(item, sub))
      : list.map((item) => merged(item, { [sub]: value ?? null }));
  }
  if (op === 'remove') {
    if (value === undefined || value === null) return [];
    const gone = new Set(listOf(value).map(identity));
    return list.filter((item) => !gone.has(identity(item)));
  }
  const given = listOf(value);
  if (op === 'replace') return given;
  const had = new Set(list.map(identity));
  return [...oneMain(list, given), ...given.filter((item) => !had.has(identity(item)))];
}

function applyPicked(
  list: Json[],
  op: Op,
  filter: Filter,
  sub: string | undefined,
  value: Json | undefined,
): Json[] {
  const picked = list.map((item) => matches(item, filter));
  if (op === 'remove') {
    if (sub === undefined) return list.filter((_, i) => !picked[i]);
    return list.map((item, i) => (picked[i] ? without(item, sub) : item));
  }
  const change: JsonObject =
    sub === undefined ? (isObject(value) ? value : { value: value ?? null }) : { [sub]: value ?? null };
  if (picked.includes(true)) return list.map((item, i) => (picked[i] ? merged(item, change) : item));
  const begun = equalities(filter);
  if (!begun) throw refusal('noTarget', 'No value is as the filter in the path says.');
  return [...list, merged({}, { ...begun, ...change })];
}

const merged = (item: Json, change: JsonObject): Json => ({
  ...(isObject(item) ? item : { value: item }),
  ...withSubNames(change),
});

function without(item: Json, sub: string): Json {
  if (!isObject(item)) return item;
  return Object.fromEntries(Object.entries(item).filter(([key]) => key.toLowerCase() !== sub));
}

/** When a new value is the primary one, the others are no more. */
function oneMain(list: readonly Json[], given: readonly Json[]): Json[] {
  const main = given.some((item) => isObject(item) && booleanOf(item['primary']));
  return main ? list.map((item) => (isObject(item) ? { ...item, primary: false } : item)) : [...list];
}
