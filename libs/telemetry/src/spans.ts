import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
} from '@opentelemetry/api';
import { AppError } from '@definitivedx/errors';
import { isCode } from './safe.js';
import { contextFrom, formatTraceparent, parseTraceparent } from './traceparent.js';

export interface SpanOptions {
  readonly kind?: SpanKind;
  /** Only allow-listed keys leave the process (redact.ts); own ones start with `ddx.` and hold ids or codes. */
  readonly attributes?: Attributes;
  /** Default: the current context. */
  readonly parent?: Context;
  readonly links?: readonly Link[];
}

const PARENT_WINDOW_MS = 60 * 60 * 1000;
const tracer = trace.getTracer('definitivedx');

/** What to call an error where only codes may go: the code of ours, else a system or SQL code, else the class. */
export function errorType(thrown: unknown): string {
  if (thrown instanceof AppError) return thrown.code;
  if (!(thrown instanceof Error)) return 'unknown';
  const code: unknown = 'code' in thrown ? thrown.code : undefined;
  if (typeof code === 'string' && isCode(code)) return code;
  return isCode(thrown.name) ? thrown.name : 'Error';
}

/**
 * Runs `work` inside a span that becomes the current one, and ends the span whatever happens.
 * A throw marks it failed with `error.type` and goes on to the caller. `name` must be of low cardinality: no ids.
 */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  const parent = options.parent ?? context.active();
  const span = tracer.startSpan(
    name,
    {
      kind: options.kind ?? SpanKind.INTERNAL,
      ...(options.attributes ? { attributes: options.attributes } : {}),
      ...(options.links ? { links: [...options.links] } : {}),
    },
    parent,
  );
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    span.setAttribute('error.type', errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** The 32 hex digits a user can quote when something failed; `undefined` outside a trace. */
export function currentTraceId(): string | undefined {
  const current = trace.getSpanContext(context.active());
  return current && isSpanContextValid(current) ? current.traceId : undefined;
}

/** The current span in the W3C form, for message headers and outbox rows; `undefined` outside a trace. */
export function currentTraceparent(): string | undefined {
  const current = trace.getSpanContext(context.active());
  return current && isSpanContextValid(current) ? formatTraceparent(current) : undefined;
}

/**
 * How work on something that happened earlier joins its trace: as a child within an hour, and beyond that as a
 * new trace with a link, so that a replay next week does not stretch a trace over a week.
 */
export function continueOrLink(
  traceparent: string | undefined,
  happenedAt: Date,
  now: Date,
): { readonly parent: Context; readonly links?: readonly Link[] } {
  const origin = parseTraceparent(traceparent);
  if (!origin) return { parent: ROOT_CONTEXT };
  if (now.getTime() - happenedAt.getTime() <= PARENT_WINDOW_MS) return { parent: contextFrom(traceparent) };
  return { parent: ROOT_CONTEXT, links: [{ context: origin }] };
}
