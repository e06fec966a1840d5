import { Temporal } from 'temporal-polyfill';

const timeZone = 'Europe/London';
const saturday = 6;

/**
 * When one working day of an e-mail line is used up: the same time on the next weekday, and for what is asked at a
 * weekend, the end of Monday. An e-mail line has no panel hours to count by, and its bank holidays are not left out;
 * reports say so beside the figure.
 */
export function oneWorkingDayAfter(asked: Date): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(asked.getTime()).toZonedDateTimeISO(timeZone);
  const daysOff = local.dayOfWeek >= saturday ? 8 - local.dayOfWeek : 0;
  const begins = daysOff > 0 ? local.add({ days: daysOff }).startOfDay() : local;
  const next = begins.add({ days: 1 });
  const end = next.dayOfWeek === saturday ? next.add({ days: 2 }) : next;
  return new Date(end.epochMilliseconds);
}
