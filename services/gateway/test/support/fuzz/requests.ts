import fc, { type Arbitrary } from 'fast-check';
import { aPicture } from '../pictures.js';
import type { Operation, Parameter } from './operations.js';
import { hostileTexts, rightValue, wrongValue, type Pool } from './values.js';

export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** Bodies that are no JSON, or far too much of it. */
const noJson = [
  '',
  '{',
  '{"a":1,}',
  'null',
  '"text"',
  '[[[[',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"a":1e400}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  '{"a":"\\ud800"}',
  `{"question":"${'x'.repeat(300_000)}"}`,
];

/** A request for an operation: as the document says, or with something about it that is not. */
export function requestFor(
  operation: Operation,
  pool: Pool,
  examples: readonly unknown[] = [],
): Arbitrary<FuzzedRequest> {
  const { method, path, parameters, body } = operation;
  const chosen = parameters.map((parameter) =>
    valueFor(parameter, pool).map((value) => ({ ...parameter, value })),
  );
  const key = fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom('same', 'other') },
    { weight: 1, arbitrary: fc.constantFrom('', 'a b', 'k'.repeat(201), 'ü') },
  );
  return fc
    .tuple(fc.tuple(...chosen), bodyFor(body, pool, examples), key)
    .map(([values, sent, idempotencyKey]) => {
      const given = values.filter(({ value }) => value !== undefined);
      const at = given
        .filter((parameter) => parameter.in === 'path')
        .reduce((rest, { name, value }) => rest.replace(`{${name}}`, encoded(String(value))), path);
      const query = given
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, value }) => `${encoded(name)}=${encoded(String(value))}`)
        .join('&');
      const headers = given
        .filter((parameter) => parameter.in === 'header' && parameter.name !== 'Idempotency-Key')
        .map(({ name, value }) => [name.toLowerCase(), inHeader(String(value))]);
      return {
        method,
        path: query === '' ? at : `${at}?${query}`,
        headers: {
          ...Object.fromEntries(headers),
          ...(sent?.mediaType === undefined ? {} : { 'content-type': sent.mediaType }),
          ...(idempotencyKey === undefined || !takesKey(operation)
            ? {}
            : { 'idempotency-key': inHeader(idempotencyKey) }),
        },
        ...(sent === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: sent.text }),
      };
    });
}

const takesKey = ({ parameters }: Operation): boolean =>
  parameters.some(({ name }) => name === 'Idempotency-Key');

/** Half characters cannot be in an address, nor line breaks in a header: what sends them sends this instead. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
const inHeader = (text: string): string =>
  text
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?')
    .slice(0, 4_000)
    .trim();

function valueFor(parameter: Parameter, pool: Pool): Arbitrary<unknown> {
  const { name, schema = { type: 'string' }, required = parameter.in === 'path' } = parameter;
  const right = rightValue(schema, pool, name);
  // An empty or a dotted part of an address would be another address; one that is too long is no HTTP of ours.
  const wrong = fc.constantFrom(
    ...hostileTexts.filter((text) => text.length < 2_000 && (parameter.in !== 'path' || text.trim() !== '')),
    '01890000-0000-7000-8000-000000000000',
  );
  const value = fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: wrong });
  return required ? value : fc.option(value, { freq: 2, nil: undefined });
}

interface Sent {
  readonly mediaType: string | undefined;
  readonly text: string | Uint8Array<ArrayBuffer>;
}

function bodyFor(
  body: Operation['body'],
  pool: Pool,
  examples: readonly unknown[],
): Arbitrary<Sent | undefined> {
  if (!body) return fc.constantFrom(undefined, { mediaType: 'application/json', text: '{}' });
  const { mediaType, schema } = body;
  if (mediaType === 'application/octet-stream') {
    return fc
      .constantFrom('', 'no picture', '%PDF-1.7', new Uint8Array(aPicture(2_000)))
      .map((text) => ({ mediaType: typeof text === 'string' ? mediaType : 'image/png', text }));
  }
  if (mediaType === 'text/csv') {
    return fc
      .constantFrom(
        '',
        'a',
        'name,email\nx,y',
        '"',
        '\u0000',
        'subject,name,email,roles\nx,X,x@demo.invalid,clinician',
      )
      .map((text) => ({ mediaType, text }));
  }
  const made = rightValue(schema, pool);
  const right = examples.length === 0 ? made : fc.oneof(made, fc.constantFrom(...examples));
  if (mediaType !== 'application/json') {
    return right.map((value) => ({
      mediaType,
      text: String(new URLSearchParams(value as Record<string, string>)),
    }));
  }
  return fc.oneof(
    { weight: 5, arbitrary: right.map((value) => ({ mediaType, text: JSON.stringify(value) })) },
    { weight: 5, arbitrary: wrongValue(right).map((value) => ({ mediaType, text: JSON.stringify(value) })) },
    { weight: 1, arbitrary: fc.constantFrom(...noJson).map((text) => ({ mediaType, text })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('text/plain', 'application/xml')
        .map((other) => ({ mediaType: other, text: '{}' })),
    },
  );
}
