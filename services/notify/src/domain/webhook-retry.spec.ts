import { describe, expect, it } from '@jest/globals';
import { pauseAfter, retryAfterOf, verdictOf, waitAfter } from './webhook-retry.js';

const now = new Date('2026-11-23T12:00:00Z');

describe('trying again', () => {
  it('makes ten attempts in a little over three days', () => {
    const waits = Array.from({ length: 10 }, (_, n) => waitAfter(n + 1, 0));
    expect(waits.at(-1)).toBeUndefined();
    const total = waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0);
    expect(total).toBe((75 * 60 + 35) * 60_000 + 5_000);
  });

  it('spreads out, waits for as long as it is asked to, and not for ever', () => {
    expect(waitAfter(2, 1)).toBe(330_000);
    expect(waitAfter(1, 0, 60_000)).toBe(60_000);
    expect(waitAfter(2, 0, 60_000)).toBe(300_000);
    expect(waitAfter(1, 0, 1e12)).toBe(24 * 3_600_000);
  });

  it('leaves a failing endpoint alone for longer each time, and never for more than five minutes', () => {
    expect([1, 2, 3, 7, 8, 1_000].map(pauseAfter)).toEqual([
      5_000, 10_000, 20_000, 300_000, 300_000, 300_000,
    ]);
  });

  it.each([
    [undefined, 0],
    ['120', 120_000],
    ['Mon, 23 Nov 2026 12:01:00 GMT', 60_000],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    ['-5', 0],
    ['soon', 0],
    [['30', '40'], 30_000],
  ])('reads Retry-After %s', (header, ms) => {
    expect(retryAfterOf(header, now)).toBe(ms);
  });

  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [301, 'failed'],
    [404, 'failed'],
    [410, 'gone'],
    [429, 'failed'],
    [503, 'failed'],
  ])('takes %s for %s', (status, verdict) => {
    expect(verdictOf(status)).toBe(verdict);
  });
});
