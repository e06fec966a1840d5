import { describe, expect, it } from '@jest/globals';
import { parseSpan, renderLatest, renderTrace, type SpanLine } from './trace-tree.js';

const span = (spanId: string, startMs: number, rest: Partial<SpanLine> = {}): SpanLine => ({
  traceId: '1'.repeat(32),
  spanId,
  name: `span ${spanId}`,
  kind: 'internal',
  service: 'cases',
  startMs,
  durationMs: 5,
  status: 'ok',
  attributes: {},
  links: [],
  ...rest,
});

describe('a trace as a tree', () => {
  it('shows children below their parent in order of start, with offsets', () => {
    const lines = renderTrace([
      span('d', 1030, { parentSpanId: 'b', durationMs: 12.4, service: 'notify' }),
      span('c', 1020, { parentSpanId: 'a' }),
      span('b', 1010, { parentSpanId: 'a' }),
      span('a', 1000, { service: 'gateway', name: 'POST /api/v1/cases', durationMs: 80 }),
    ]);
    expect(lines).toEqual([
      'gateway POST /api/v1/cases  80 ms  +0.0 ms',
      '├─ cases span b  5.0 ms  +10 ms',
      '│  └─ notify span d  12 ms  +30 ms',
      '└─ cases span c  5.0 ms  +20 ms',
    ]);
  });

  it('shows a span whose parent is missing, errors, links, and each span once even in a circle', () => {
    const lines = renderTrace([
      span('a', 1000, {
        parentSpanId: 'not-here',
        status: 'error',
        attributes: { 'error.type': 'conflict' },
      }),
      span('b', 1001, { parentSpanId: 'c', links: [{ traceId: '2'.repeat(32) }] }),
      span('c', 1002, { parentSpanId: 'b' }),
    ]);
    expect(lines).toEqual([
      '✘ cases span a  5.0 ms  +0.0 ms  error.type=conflict',
      `cases span b  5.0 ms  +1.0 ms  → trace ${'2'.repeat(32)}`,
      '└─ cases span c  5.0 ms  +2.0 ms',
    ]);
  });

  it('lists the latest traces first, with the root name and the whole duration', () => {
    const old = { traceId: '2'.repeat(32) };
    const lines = renderLatest(
      [
        span('b', 2050, { parentSpanId: 'a', durationMs: 100 }),
        span('a', 2000),
        span('x', 1000, old),
        span('y', 0, { traceId: '3'.repeat(32) }),
      ],
      2,
    );
    expect(lines).toEqual([
      `1970-01-01T00:00:02.000Z  ${'1'.repeat(32)}  cases span a  2 spans  150 ms`,
      `1970-01-01T00:00:01.000Z  ${'2'.repeat(32)}  cases span x  1 span  5.0 ms`,
    ]);
  });

  it('passes over a line that is not whole', () => {
    expect(parseSpan('{"traceId":"1","spanI')).toBeUndefined();
    expect(parseSpan('{}')).toBeUndefined();
    expect(parseSpan(JSON.stringify(span('a', 1)))).toMatchObject({ spanId: 'a' });
  });
});
