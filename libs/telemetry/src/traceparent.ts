import {
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api';

const HEADER = 'traceparent';
const MAX_LENGTH = 256;
const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a W3C `traceparent`; anything not exactly in its form is `undefined`, never an error. */
export function parseTraceparent(value: string | undefined): SpanContext | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined;
  const match = pattern.exec(value);
  if (!match) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = match;
  // Version ff is forbidden, and version 00 ends after the flags; later versions may append fields.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const context: SpanContext = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}

/** Writes the W3C form, version 00. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')}`;
}

/** A context whose parent is the sender of `traceparent`; a fresh root when there is none or it is not valid. */
export function contextFrom(traceparent: string | undefined): Context {
  const remote = parseTraceparent(traceparent);
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}

/**
 * Carries `traceparent` and nothing else. The SDK's default would pass on `baggage` and `tracestate`, which are
 * free text that anybody can send to the gateway.
 */
export class TraceparentPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const current = trace.getSpanContext(context);
    if (current && isSpanContextValid(current)) setter.set(carrier, HEADER, formatTraceparent(current));
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const value = getter.get(carrier, HEADER);
    const remote = parseTraceparent(typeof value === 'string' ? value : undefined);
    return remote ? trace.setSpanContext(context, remote) : context;
  }

  fields(): string[] {
    return [HEADER];
  }
}
