const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after each failed attempt, as the Standard Webhooks specification suggests: ten attempts in three days. */
const waits: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];
const jitter = 0.1;
const longestRetryAfter = 24 * hour;

/** An endpoint that has only failed for this long is turned off, in milliseconds. */
export const disableAfterMs = 5 * 24 * hour;

/**
 * Milliseconds until the next attempt; undefined when there is none.
 * @param attempts made in this round, from 1
 * @param random from 0 to 1: failures of many at once are not repeated all at once
 * @param askedMs what the endpoint asked for by Retry-After
 */
export function waitAfter(attempts: number, random: number, askedMs = 0): number | undefined {
  const wait = waits[attempts - 1];
  if (wait === undefined) return undefined;
  return Math.max(Math.round(wait * (1 + jitter * random)), Math.min(askedMs, longestRetryAfter));
}

/**
 * Milliseconds to leave an endpoint alone after failures in a row: 5 s, doubling, at most 5 minutes. What else waits for
 * it would only fail as well, and take up a place for as long as it is slow.
 */
export const pauseAfter = (failures: number): number =>
  Math.min(5 * minute, 5 * second * 2 ** Math.min(failures - 1, 10));

/** What an answer means. */
export type Verdict = 'delivered' | 'gone' | 'failed';

/** 2xx is success, 410 is good-bye, and everything else, redirects included, is failure. */
export const verdictOf = (status: number): Verdict =>
  status >= 200 && status < 300 ? 'delivered' : status === 410 ? 'gone' : 'failed';

/** Milliseconds that a Retry-After header asks for; 0 when it is absent or no such header. */
export function retryAfterOf(header: string | string[] | undefined, now: Date): number {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return 0;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * second : new Date(value).getTime() - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
