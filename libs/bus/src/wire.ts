import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { z } from 'zod';
import { invalidInput, type AppError, type Issue } from '@definitivedx/errors';
import { currentTraceparent } from '@definitivedx/telemetry';

/** Header names of ours on the bus. */
export const header = {
  caller: 'ddx-caller',
  error: 'ddx-error',
  aggregate: 'ddx-aggregate',
  publishedAt: 'ddx-published-at',
  /** Beside NATS's own message id, which the server only uses to drop what comes twice within its window. */
  messageId: 'ddx-message-id',
  traceparent: 'traceparent',
} as const;

/** Headers with the current trace context and the given entries. */
export function headersOf(entries: Readonly<Record<string, string | undefined>>): MsgHdrs {
  const built = headers();
  const traceparent = currentTraceparent();
  if (traceparent) built.set(header.traceparent, traceparent);
  for (const [name, value] of Object.entries(entries)) if (value !== undefined) built.set(name, value);
  return built;
}

/** A header's value; undefined when absent or empty. */
export const valueOf = (from: MsgHdrs | undefined, name: string): string | undefined =>
  from?.get(name) || undefined;

/** Zod's findings as issues with a dotted path. */
export const issuesOf = (error: z.ZodError): Issue[] =>
  error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));

/** Parses input by its schema. @throws AppError `invalid-input` that names each field. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidFields(issuesOf(parsed.error));
}

/** The one way of saying that fields are wrong. */
export const invalidFields = (issues: readonly Issue[]): AppError =>
  invalidInput(
    `Please correct: ${issues
      .map((i) => i.path || 'the body')
      .slice(0, 5)
      .join(', ')}.`,
    issues.slice(0, 50),
  );
