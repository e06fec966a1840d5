import { z } from 'zod';
import { mostScimOperations, mostScimResources, scimResource, scimTypePath } from '@definitivedx/contracts';
import { AppError, invalidInput } from '@definitivedx/errors';
import { namesIn, type Projection } from './resource.js';

const refuse = (scimType: string, message: string): AppError =>
  new AppError('invalid-input', message, { issues: [{ path: scimTypePath, message: scimType }] });

/** A resource that a client sends. @throws AppError with `invalidSyntax` */
export function resourceIn(body: unknown): z.output<typeof scimResource> {
  const parsed = scimResource.safeParse(body);
  if (parsed.success && !Array.isArray(body)) return parsed.data;
  throw refuse('invalidSyntax', 'Send the resource as a JSON object.');
}

const operation = z.object({
  // Entra writes them with a capital.
  op: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['add', 'remove', 'replace'])),
  path: z.string().max(2_000).nullish(),
  value: z.json().optional(),
});

const patchBody = z.object({ operations: z.array(operation).min(1).max(mostScimOperations) });

export type Operations = {
  op: 'add' | 'remove' | 'replace';
  path?: string;
  value?: z.output<ReturnType<typeof z.json>>;
}[];

/** The operations of a PATCH. @throws AppError with `invalidSyntax` */
export function operationsIn(body: unknown): Operations {
  const named =
    typeof body === 'object' && body !== null
      ? Object.fromEntries(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value as unknown]))
      : body;
  const parsed = patchBody.safeParse(named);
  if (!parsed.success) {
    throw refuse(
      'invalidSyntax',
      `Send "Operations", 1 to ${String(mostScimOperations)} of them, each with an "op" that is add, remove or replace.`,
    );
  }
  return parsed.data.operations.map(({ op, path, value }) => ({
    op,
    ...(typeof path === 'string' && path !== '' ? { path } : {}),
    ...(value === undefined ? {} : { value }),
  }));
}

/** What a query of several resources asks for. */
export interface Listing extends Projection {
  readonly filter?: string;
  readonly startIndex: number;
  readonly count: number;
}

type Query = Readonly<Record<string, unknown>>;

const once = (value: unknown, name: string): string | undefined => {
  if (value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw refuse('invalidValue', `Send ${name} once.`);
};

const whole = (value: unknown, name: string, otherwise: number): number => {
  const text = once(value, name);
  if (text === undefined) return otherwise;
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw refuse('invalidValue', `The parameter ${name} is a whole number.`);
};

const list = (value: unknown, name: string): string[] =>
  namesIn(Array.isArray(value) ? (value as unknown[]).map(String) : once(value, name));

/** Attributes asked for. */
export const projectionIn = (query: Query): Projection => ({
  attributes: list(query['attributes'], 'attributes'),
  excludedAttributes: list(query['excludedAttributes'], 'excludedAttributes'),
});

/** A query of several resources; numbers out of bounds count as the nearest within (RFC 7644, section 3.4.2.4). */
export function listingIn(query: Query): Listing {
  const filter = once(query['filter'], 'filter');
  return {
    ...projectionIn(query),
    ...(filter === undefined ? {} : { filter }),
    startIndex: Math.max(1, whole(query['startIndex'], 'startIndex', 1)),
    count: Math.min(mostScimResources, Math.max(0, whole(query['count'], 'count', 100))),
  };
}

/** The version a client expects, from If-Match. @throws AppError for what is no tag of ours */
export function scimVersionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const digits = /^(?:W\/)?"([1-9]\d{0,8})"$/.exec(ifMatch)?.[1];
  if (digits === undefined)
    throw invalidInput('Send If-Match with the ETag you were given, for example W/"3".');
  return Number(digits);
}
