import { describe, expect, it } from '@jest/globals';
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { continueOrLink } from './spans.js';
import { contextFrom, formatTraceparent, parseTraceparent, TraceparentPropagator } from './traceparent.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const valid = `00-${traceId}-${spanId}-01`;

describe('parseTraceparent', () => {
  it('reads the W3C form', () => {
    expect(parseTraceparent(valid)).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
  });

  it('keeps only the sampled flag', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-fe`)?.traceFlags).toBe(0);
    expect(parseTraceparent(`00-${traceId}-${spanId}-ff`)?.traceFlags).toBe(1);
  });

  it('reads later versions, which may have more fields', () => {
    expect(parseTraceparent(`01-${traceId}-${spanId}-01`)).toBeDefined();
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-the-future-brings`)).toBeDefined();
  });

  it.each([
    undefined,
    '',
    ' ',
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId}-${spanId}-0g`,
    `00-${traceId}-${spanId}`,
    `${valid}-more`,
    `${valid}-`,
    `${valid}.`,
    `${valid}\n`,
    `${valid}\r\nx: y`,
    ` ${valid}`,
    `${valid} `,
    `${valid},${valid}`,
    `01-${traceId}-${spanId}-01more`,
    `01-${traceId}-${spanId}-01-${'x'.repeat(10_000)}`,
    `00-${traceId.slice(1)}-${spanId}-01`,
    `00-${traceId}a-${spanId}-01`,
    `00-${'０'.repeat(32)}-${spanId}-01`,
    `00_${traceId}_${spanId}_01`,
    '__proto__',
    '\u0000',
    '-'.repeat(100_000),
  ])('refuses %j', (hostile) => {
    expect(parseTraceparent(hostile)).toBeUndefined();
    expect(contextFrom(hostile)).toBe(ROOT_CONTEXT);
  });

  it.each([[null], [42], [[valid]], [{ toString: () => valid }]])(
    'refuses what is not a string: %j',
    (value) => {
      expect(parseTraceparent(value as unknown as string)).toBeUndefined();
    },
  );
});

describe('the propagator', () => {
  const propagator = new TraceparentPropagator();

  it('brings a context over, and nothing else that was sent', () => {
    const sent = { traceparent: valid, tracestate: 'v=PLANTED', baggage: 'patient=PLANTED' };
    const received = propagator.extract(ROOT_CONTEXT, sent, defaultTextMapGetter);
    const passedOn = {};
    propagator.inject(received, passedOn, defaultTextMapSetter);
    expect(passedOn).toEqual({ traceparent: valid });
  });

  it('ignores a header sent twice, and writes none outside a trace', () => {
    const carrier = {};
    const received = propagator.extract(ROOT_CONTEXT, { traceparent: [valid, valid] }, defaultTextMapGetter);
    propagator.inject(received, carrier, defaultTextMapSetter);
    expect(carrier).toEqual({});
  });
});

describe('continueOrLink', () => {
  const now = new Date('2026-03-29T12:00:00Z');
  const ago = (ms: number) => new Date(now.getTime() - ms);

  it.each([0, 1000, 3_600_000, -5000])('is a child of what happened %i ms ago', (ms) => {
    const { parent, links } = continueOrLink(valid, ago(ms), now);
    expect(trace.getSpanContext(parent)?.spanId).toBe(spanId);
    expect(links).toBeUndefined();
  });

  it('links to what happened more than an hour ago, in a trace of its own', () => {
    const { parent, links } = continueOrLink(valid, ago(3_600_001), now);
    expect(trace.getSpanContext(parent)).toBeUndefined();
    expect(links).toEqual([{ context: { traceId, spanId, traceFlags: 1, isRemote: true } }]);
  });

  it.each([undefined, 'rubbish'])('starts afresh after %s', (traceparent) => {
    expect(continueOrLink(traceparent, now, now)).toEqual({ parent: ROOT_CONTEXT });
  });
});

it('writes what it reads', () => {
  const context = parseTraceparent(valid);
  expect(context && formatTraceparent(context)).toBe(valid);
});
