import { Temporal } from 'temporal-polyfill';

/** A day in a zone's own calendar. */
export type LocalDay = Temporal.PlainDate;

/** The local day that contains a moment. */
export const localDayOf = (moment: Date, timeZone: string): LocalDay =>
  Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();

/**
 * The moment at which a local clock first shows `minutes` (0-1440) after midnight of `day`.
 * Shown twice (autumn): the first time. Never shown (spring): the moment the clocks jump over it.
 */
export function momentOf(day: LocalDay, minutes: number, timeZone: string): Date {
  const local = day.toPlainDateTime().add({ minutes });
  const zoned = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (zoned.toPlainDateTime().equals(local)) return new Date(zoned.epochMilliseconds);
  const jump = zoned.getTimeZoneTransition('next');
  return new Date((jump ?? zoned).epochMilliseconds);
}
