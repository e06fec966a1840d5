import type { HolidayCalendar, PanelTerms, Priority } from '@definitivedx/contracts';
import { isBankHoliday } from './bank-holidays.js';
import { localDayOf, momentOf } from './local-time.js';

/** When a panel is open: its weekly hours in its own time zone, but not on its calendar's bank holidays. */
export interface OpenHours {
  readonly timeZone: string;
  readonly hours: PanelTerms['hours'];
  readonly calendar: HolidayCalendar;
}

/** A stretch of open time, in milliseconds since the epoch. */
interface Opening {
  readonly from: number;
  readonly until: number;
}

const minuteMs = 60_000;
/** A calculation that has to look further than this has gone wrong. */
const maxDays = 3_660;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** The stretches in which the panel is open from a moment on, in order, without end. */
function* openingsFrom({ timeZone, hours, calendar }: OpenHours, moment: Date): Generator<Opening> {
  const inOrder = hours.toSorted((one, other) => (one.start < other.start ? -1 : 1));
  const first = localDayOf(moment, timeZone);
  for (let days = 0; days < maxDays; days += 1) {
    const day = first.add({ days });
    if (isBankHoliday(calendar, day)) continue;
    for (const { weekday, start, end } of inOrder) {
      if (weekday !== day.dayOfWeek) continue;
      const from = Math.max(momentOf(day, minutesOf(start), timeZone).getTime(), moment.getTime());
      const until = momentOf(day, minutesOf(end), timeZone).getTime();
      if (from < until) yield { from, until };
    }
  }
  throw new Error('a panel is not open often enough to be reckoned with');
}

/** Minutes, with fractions, for which the panel is open between two moments; 0 when they are in the wrong order. */
export function openMinutesBetween(open: OpenHours, from: Date, to: Date): number {
  const end = to.getTime();
  if (from.getTime() >= end) return 0;
  let total = 0;
  for (const opening of openingsFrom(open, from)) {
    if (opening.from >= end) break;
    total += Math.min(opening.until, end) - opening.from;
  }
  return total / minuteMs;
}

/** The moment itself while the panel is open, else when it next opens. */
export function opensAt(open: OpenHours, moment: Date): Date {
  for (const { from } of openingsFrom(open, moment)) return new Date(from);
  throw new Error('openings have no end');
}

/** The first moment by which the panel has been open for so many minutes; `from` itself when there are none. */
export function momentAfterOpenMinutes(open: OpenHours, from: Date, minutes: number): Date {
  let left = Math.round(minutes * minuteMs);
  if (left <= 0) return from;
  for (const opening of openingsFrom(open, from)) {
    const length = opening.until - opening.from;
    if (left <= length) return new Date(opening.from + left);
    left -= length;
  }
  throw new Error('openings have no end');
}

/**
 * Open minutes that a panel gives itself to answer. A routine target counts in working days, and a working day is the
 * average of the panel's hours over the weekdays on which it opens: with 9 to 17 on Mondays and 9 to 13 on Tuesdays,
 * two working days are twelve hours.
 */
export function targetMinutes(terms: PanelTerms, priority: Priority): number {
  if (priority === 'urgent') return terms.urgentPanelHours * 60;
  const perWeek = terms.hours.reduce((sum, { start, end }) => sum + minutesOf(end) - minutesOf(start), 0);
  const openWeekdays = new Set(terms.hours.map(({ weekday }) => weekday)).size;
  return (terms.routineWorkingDays * perWeek) / openWeekdays;
}
