import { beta, seededRandom, type Random } from './random.js';

/** Resamples behind each interval. */
const resamples = 2_000;

/** Any fixed number will do: it only makes the same data give the same interval. */
const seed = 19_790_101;

/**
 * Fewest values an interval is given for. Below six, not even the whole range of the values holds the true median in
 * 95 of 100 samples (it misses in 2 of 2^n), so any interval would promise too much.
 */
const fewestForInterval = 6;

/** A median with its 95 % interval; null where there are too few values to say. */
export interface MedianEstimate {
  readonly n: number;
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** A share of something, never without what it is a share of. */
export interface Proportion {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * The value below which the share `p` of sorted values lies, between neighbours in proportion (type 7 of Hyndman and
 * Fan, 1996, as in R and NumPy).
 */
export function quantile(sorted: readonly number[], p: number): number {
  const position = (sorted.length - 1) * p;
  const below = valueAt(sorted, Math.floor(position));
  return below + (valueAt(sorted, Math.ceil(position)) - below) * (position - Math.floor(position));
}

/**
 * The medians of bootstrap resamples, each of as many values drawn with replacement (Efron, 1979).
 *
 * A resample is n even numbers looked up in the sorted values, so its median is the middle one of those numbers looked
 * up, and the k-th of n even numbers follows Beta(k, n - k + 1). Drawing that one number, instead of n and sorting
 * them, gives the same distribution at a cost that does not grow with n: a report over many thousand cases does not
 * hold the service up.
 */
export function resampledMedians(sorted: readonly number[], count: number, random: Random): number[] {
  const n = sorted.length;
  const middle = Math.ceil(n / 2);
  const lookUp = (share: number): number => valueAt(sorted, Math.min(n - 1, Math.floor(share * n)));
  return Array.from({ length: count }, () => {
    const lower = beta(middle, n - middle + 1, random);
    if (n % 2 === 1) return lookUp(lower);
    // The next one is the smallest of the n - middle numbers that are still above it.
    const upper = 1 - (1 - lower) * (1 - random()) ** (1 / (n - middle));
    return (lookUp(lower) + lookUp(upper)) / 2;
  });
}

/**
 * Median and its 95 % percentile bootstrap interval: the 2.5 % and 97.5 % quantiles of the medians of 2,000 resamples
 * (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). The same values give the same interval.
 */
export function medianWithInterval(values: readonly number[]): MedianEstimate {
  const n = values.length;
  if (n === 0) return { n, median: null, low: null, high: null };
  const sorted = values.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  if (n < fewestForInterval) return { n, median, low: null, high: null };
  const medians = resampledMedians(sorted, resamples, seededRandom(seed)).sort((a, b) => a - b);
  return { n, median, low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

function valueAt(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError('there is no such value');
  return value;
}
