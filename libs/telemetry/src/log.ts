import { shapeOf } from './error-shape.js';
import { currentService, isCode, REDACTED } from './safe.js';
import { currentTraceId } from './spans.js';

export type Level = 'debug' | 'info' | 'warn' | 'error';
type Scalar = string | number | boolean | null | undefined;
/** Ids, codes and numbers. Prose is held back at run time. */
export type Fields = Record<string, Scalar>;

/** One word of low cardinality, such as `case-shared`; a sentence does not compile, and is held back at run time. */
export type EventName<S extends string> = S extends `${string} ${string}` ? 'use-one-word-with-dashes' : S;
/** `error` takes whatever was thrown; of it the class, the code and the stack frames are written. */
type Checked<F> = { readonly [K in keyof F]: K extends 'error' ? unknown : Scalar };
type Write = <S extends string, F extends object = Fields>(
  event: EventName<S>,
  fields?: F & Checked<F>,
) => void;

export type Log = Readonly<Record<Level, Write>>;

const order: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];
const reserved = new Set(['time', 'level', 'service', 'component', 'event', 'traceId']);
const fieldName = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;
/** Sentences that we wrote ourselves, constant in the code; they tell the operator what to do. */
const ownProse = new Set(['hint']);
const MAX_LENGTH = 200;

/** A log whose lines carry `component`. LOG_LEVEL: debug, info (default), warn, error or silent. */
export function createLog(component: string): Log {
  const least = leastLevel();
  const writer =
    (level: Level): Write =>
    (event, fields) => {
      if (order.indexOf(level) >= least) writeLine(level, component, event, safeFields(fields ?? {}));
    };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}

/** Where LOG_LEVEL stands in the order; anything unknown counts as `info`. */
export function leastLevel(): number {
  const at = order.indexOf((process.env['LOG_LEVEL'] ?? '').toLowerCase());
  return at < 0 ? order.indexOf('info') : at;
}

/** Writes one JSON line. `fields` must have been made safe already. */
export function writeLine(level: Level, component: string, event: string, fields: object): void {
  const line = {
    time: new Date().toISOString(),
    level,
    service: currentService(),
    component: codeOrRedacted(component),
    event: codeOrRedacted(event),
    traceId: currentTraceId(),
    ...fields,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Keeps what is allowed to be in a log and replaces the rest, so that a line never fails and never tells. */
export function safeFields(fields: object): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (value === undefined || reserved.has(name) || !fieldName.test(name)) continue;
    safe[name] = name === 'error' ? shapeOf(value) : safeValue(name, value);
  }
  return safe;
}

function safeValue(name: string, value: unknown): Scalar {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return REDACTED;
  if (ownProse.has(name)) return value.slice(0, MAX_LENGTH);
  return codeOrRedacted(value);
}

const codeOrRedacted = (value: string): string => (isCode(value) ? value : REDACTED);
