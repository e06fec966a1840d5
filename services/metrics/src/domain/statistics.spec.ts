import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from './random.js';
import { medianWithInterval, quantile, resampledMedians } from './statistics.js';

const sortedCopy = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** Survival of the treated mice, in days (Efron and Tibshirani, 1993, table 2.1). */
const mice = [94, 197, 16, 38, 99, 141, 23];

/** The bootstrap as it is taught: draw n values with replacement, take the middle. */
function plainResampledMedians(values: readonly number[], count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () =>
    quantile(sortedCopy(values.map(() => values[Math.floor(random() * values.length)]!)), 0.5),
  );
}

describe('a quantile', () => {
  // As R's quantile(x, type = 7) and numpy.quantile give them.
  it.each([
    { values: [1, 2, 3, 4, 5], p: 0.5, expected: 3 },
    { values: [1, 2, 3, 4], p: 0.5, expected: 2.5 },
    { values: [1, 2, 3, 4], p: 0.25, expected: 1.75 },
    { values: [0, 10, 20, 30, 40], p: 0.9, expected: 36 },
    { values: [7], p: 0.5, expected: 7 },
    { values: [1, 9], p: 0, expected: 1 },
    { values: [1, 9], p: 1, expected: 9 },
  ])('$p of $values is $expected', ({ values, p, expected }) => {
    expect(quantile(values, p)).toBeCloseTo(expected, 12);
  });
});

describe('a median with its interval', () => {
  it('has nothing to say of nothing', () => {
    expect(medianWithInterval([])).toEqual({ n: 0, median: null, low: null, high: null });
  });

  it('gives no interval below six values', () => {
    expect(medianWithInterval([5, 1, 3, 2, 4])).toEqual({ n: 5, median: 3, low: null, high: null });
    expect(medianWithInterval([5, 1, 3, 2, 4, 6]).low).not.toBeNull();
  });

  it('is the same whenever the data are the same, in whatever order', () => {
    expect(medianWithInterval(mice)).toEqual(medianWithInterval(mice.toReversed()));
  });

  it('lies within the values and around the median, for any values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 6, maxLength: 40 }),
        (values) => {
          const { median, low, high } = medianWithInterval(values);
          expect(Math.min(...values)).toBeLessThanOrEqual(low!);
          expect(low!).toBeLessThanOrEqual(median!);
          expect(median!).toBeLessThanOrEqual(high!);
          expect(high!).toBeLessThanOrEqual(Math.max(...values));
        },
      ),
      { numRuns: 30 },
    );
  });

  // P(median of a resample of 1…11 <= i) = P(Binomial(11, i/11) >= 6): 0.7 % at 2, 5.1 % at 3, and likewise from above.
  it('agrees with the exact bootstrap distribution of eleven values', () => {
    const eleven = Array.from({ length: 11 }, (_, index) => index + 1);
    expect(medianWithInterval(eleven)).toEqual({ n: 11, median: 6, low: 3, high: 9 });
  });

  it('holds the true median in about 95 of 100 samples', () => {
    const random = seededRandom(5);
    const samples = 120;
    let held = 0;
    for (let sample = 0; sample < samples; sample += 1) {
      // Answer times have a long tail: exponential, with its median at ln 2.
      const { low, high } = medianWithInterval(Array.from({ length: 25 }, () => -Math.log(1 - random())));
      if (low! <= Math.LN2 && Math.LN2 <= high!) held += 1;
    }
    expect(held / samples).toBeGreaterThan(0.9);
    expect(held / samples).toBeLessThan(0.99);
  });

  it('costs no more for many values than for few', () => {
    const random = seededRandom(3);
    const many = Array.from({ length: 100_000 }, () => random() * 10_000);
    const { median, low, high } = medianWithInterval(many);
    expect(high! - low!).toBeLessThan(200);
    expect(Math.abs(median! - 5_000)).toBeLessThan(100);
  });
});

describe('medians of resamples', () => {
  // Same book, table 2.2: the standard error of the median tends to 37.83 as resamples are added.
  it('spread as published for the mice', () => {
    const medians = resampledMedians(sortedCopy(mice), 40_000, seededRandom(1));
    const mean = medians.reduce((sum, median) => sum + median, 0) / medians.length;
    const variance = medians.reduce((sum, median) => sum + (median - mean) ** 2, 0) / medians.length;
    expect(Math.sqrt(variance)).toBeGreaterThan(37.83 - 0.5);
    expect(Math.sqrt(variance)).toBeLessThan(37.83 + 0.5);
  });

  it.each([
    { what: 'an odd number of values', values: [3, 8, 8, 15, 21, 40, 41, 90, 200] },
    { what: 'an even number of values', values: [3, 8, 8, 15, 21, 40, 41, 90, 200, 300] },
    { what: 'two values', values: [1, 2] },
  ])('are spread as those of plain resampling, for $what', ({ values }) => {
    const count = 20_000;
    const drawn = sortedCopy(resampledMedians(values, count, seededRandom(1)));
    const plain = sortedCopy(plainResampledMedians(values, count, 2));
    // The largest distance between two distributions (Kolmogorov and Smirnov); 0.02 is not exceeded by equal ones once in 1,000.
    const at = (sorted: readonly number[], value: number): number =>
      sorted.filter((median) => median <= value).length / count;
    const largest = Math.max(
      ...[...new Set([...drawn, ...plain])].map((v) => Math.abs(at(drawn, v) - at(plain, v))),
    );
    expect(largest).toBeLessThan(0.02);
  });
});
