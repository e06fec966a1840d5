const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** A mail that the server keeps putting off is given up on a day after it was recorded… */
const giveUpAfterMs = 24 * hour;
/** …but not before it was offered this often: a day's outage of ours must not use up its chances. */
const offersAtLeast = 10;

/**
 * Milliseconds to wait before a mail that was refused for now is offered again: 30 s, doubling, at most an hour.
 * @param attempts how often it was offered, from 1
 */
export const retryAfterMs = (attempts: number): number =>
  Math.min(hour, 30 * second * 2 ** Math.min(attempts - 1, 20));

/**
 * True when a mail that was refused for now has had its chances.
 * @param attempts how often it was offered, from 1
 */
export const isGivenUp = (recordedAt: Date, attempts: number, now: Date): boolean =>
  attempts >= offersAtLeast && now.getTime() - recordedAt.getTime() >= giveUpAfterMs;
