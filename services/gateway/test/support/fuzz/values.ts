import fc, { type Arbitrary } from 'fast-check';
import type { Schema } from './operations.js';

/** Values that exist, by the name of the field they go into: without them little of a request gets past the first check. */
export type Pool = Record<string, unknown[]>;

/** Texts as people type them, in all their ways. */
const typed = fc.oneof(
  fc.constantFrom(
    'x',
    'Is this rash worth a referral?',
    '👩‍⚕️ 👶🏽',
    'שלום مرحبا',
    'é e\u0301 ﬁ ㍎',
    'a\r\nb\tc',
  ),
  fc.lorem({ maxCount: 8 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
);

/** Texts that nobody types, but somebody sends. */
export const hostileTexts = [
  '',
  '   \n\t ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  'a\r\nSet-Cookie: b=c',
  '\u202Egnp.exe',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  "'; drop table cases; --",
  '*',
  '>',
  'rpc.cases.get',
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  '=1+1',
  'NaN',
  '1e999',
  'x'.repeat(20_001),
  '𝒳'.repeat(3_000),
  '\u0301'.repeat(500),
] as const;

/** What is not what the schema says. */
const hostile: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...hostileTexts),
  fc.constantFrom<unknown>(null, true, 0, -1, 0.5, 1e308, -0, 2 ** 53, 2 ** 31, [], {}, [[]], [null]),
  fc.constantFrom<unknown>(['a', 'a'], { a: { b: {} } }, { $ne: null }, { length: 1 }, { toString: 'x' }),
  fc.integer({ min: 40, max: 200 }).map(nested),
  fc.jsonValue({ maxDepth: 3 }),
);

/** So many lists within each other. */
function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

/** A value as the schema says, with those that exist where there are any for the field. */
export function rightValue(schema: Schema, pool: Pool, field = ''): Arbitrary<unknown> {
  const known = pool[field];
  const made = madeFrom(schema, pool, field);
  const isText = schema.type === 'string' && schema.enum === undefined;
  const values =
    known === undefined || !isText
      ? made
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: made });
  return schema.nullable ? fc.option(values, { freq: 5 }) : values;
}

function madeFrom(schema: Schema, pool: Pool, field: string): Arbitrary<unknown> {
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return fc.oneof(...either.map((one) => rightValue(one, pool, field)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer(within(schema));
    case 'number':
      return fc.double({ ...within(schema), noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(rightValue(schema.items ?? {}, pool, field.replace(/s$/, '')), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, (schema.minItems ?? 0) + 3),
      });
    case 'object':
      return objectOf(schema, pool);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

const within = ({ minimum = -1_000, maximum = 1_000 }: Schema) => ({
  min: Math.max(minimum, -(2 ** 31)),
  max: Math.min(maximum, 2 ** 31),
});

function textOf({ format, pattern, minLength = 0, maxLength }: Schema): Arbitrary<string> {
  if (format === 'uuid') return fc.uuid({ version: 7 });
  if (format === 'date-time') {
    return fc
      .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  // Addresses that are asked are on this machine, and nobody is there.
  if (format === 'uri') return fc.constantFrom('http://127.0.0.1:9/', 'https://127.0.0.1:9/x?y=z#w');
  if (format === 'email') return fc.uuid().map((id) => `${id}@demo.invalid`);
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern), maxLength === undefined ? {} : { maxLength });
  return typed.map((text) => text.padEnd(minLength, 'x').slice(0, maxLength));
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema, pool: Pool) {
  const values = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, rightValue(schema, pool, name)]),
  );
  const known = fc.record(values, { requiredKeys: [...required] });
  if (typeof additionalProperties !== 'object') return known;
  const more = fc.dictionary(fc.constantFrom('a', 'b c', 'ü'), rightValue(additionalProperties, pool), {
    maxKeys: 2,
  });
  return fc.tuple(known, more).map(([one, other]) => ({ ...other, ...one }));
}

/** A right value with one place in it made wrong: replaced, taken away, or beside something nobody asked for. */
export function wrongValue(right: Arbitrary<unknown>): Arbitrary<unknown> {
  const where = fc.array(fc.nat(20), { minLength: 0, maxLength: 4 });
  const how = fc.constantFrom('replace', 'replace', 'remove', 'add', 'poison');
  return fc
    .tuple(right, where, how, hostile)
    .map(([value, path, change, by]) => changed(value, path, change, by));
}

function changed(value: unknown, path: readonly number[], change: string, by: unknown): unknown {
  const [step, ...rest] = path;
  if (typeof value !== 'object' || value === null || step === undefined) {
    return change === 'replace' || typeof value !== 'object' || value === null
      ? by
      : alongside(value, change === 'poison' ? '__proto__' : 'unasked', by);
  }
  const entries = Object.entries(value);
  const [name, part] = entries[step % Math.max(entries.length, 1)] ?? [];
  if (name === undefined) return alongside(value, 'unasked', by);
  const kept = entries.filter(([other]) => other !== name);
  if (change === 'remove' && rest.length === 0) return together(value, kept);
  return together(value, [...kept, [name, changed(part, rest, change, by)]]);
}

const together = (like: object, entries: readonly [string, unknown][]): unknown =>
  Array.isArray(like) ? entries.map(([, part]) => part) : Object.fromEntries(entries);

/** Also with a key of the prototype, which an ordinary assignment would lose. */
const alongside = (value: object, name: string, by: unknown): unknown =>
  Array.isArray(value)
    ? [...(value as unknown[]), by]
    : Object.defineProperty({ ...value }, name, { value: by, enumerable: true });
