import type { HolidayCalendar } from '@definitivedx/contracts';
import { Temporal } from 'temporal-polyfill';
import type { LocalDay } from './local-time.js';

/*
 * Bank holidays of the United Kingdom, computed from the published rules: Schedule 1 of the Banking and Financial
 * Dealings Act 1971 with the holidays proclaimed every year since, as listed at https://www.gov.uk/bank-holidays.
 * The maintained npm library for them, date-holidays, has its data under CC BY 3.0, which this project does not take in.
 */

const everywhere: readonly HolidayCalendar[] = ['england-and-wales', 'scotland', 'northern-ireland'];

/** Holidays for one year only, by royal proclamation. A new one is a new line here. */
const proclaimed: readonly {
  readonly day: string;
  /** The yearly holiday that it was held instead of. */
  readonly insteadOf?: string;
  readonly calendars: readonly HolidayCalendar[];
}[] = [
  // 75 years since the end of the war in Europe.
  { day: '2020-05-08', insteadOf: '2020-05-04', calendars: everywhere },
  // The Platinum Jubilee, the State Funeral of Queen Elizabeth II, the Coronation of King Charles III.
  { day: '2022-06-02', insteadOf: '2022-05-30', calendars: everywhere },
  { day: '2022-06-03', calendars: everywhere },
  { day: '2022-09-19', calendars: everywhere },
  { day: '2023-05-08', calendars: everywhere },
  // Scotland's return to the World Cup.
  { day: '2026-06-15', calendars: ['scotland'] },
];

const monday = 1;
const saturday = 6;

const firstMonday = (year: number, month: number): LocalDay => {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  return first.add({ days: (monday - first.dayOfWeek + 7) % 7 });
};

const lastMonday = (year: number, month: number): LocalDay => {
  const last = Temporal.PlainDate.from({ year, month, day: 1 }).add({ months: 1 }).subtract({ days: 1 });
  return last.subtract({ days: last.dayOfWeek - monday });
};

/** Easter Sunday, by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8). */
function easterOf(year: number): LocalDay {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const moon =
    (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const weekday = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - moon - (c % 4)) % 7;
  const correction = Math.floor((a + 11 * moon + 22 * weekday) / 451);
  const days = moon + weekday - 7 * correction + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(days / 31), day: (days % 31) + 1 });
}

/** The days of the year's holidays in order, before any is moved out of a weekend. */
function nominalDays(calendar: HolidayCalendar, year: number): readonly LocalDay[] {
  const on = (month: number, day: number): LocalDay => Temporal.PlainDate.from({ year, month, day });
  const easter = easterOf(year);
  const inAll = [
    on(1, 1),
    easter.subtract({ days: 2 }),
    firstMonday(year, 5),
    lastMonday(year, 5),
    on(12, 25),
    on(12, 26),
  ];
  const ownOnes: Readonly<Record<HolidayCalendar, readonly LocalDay[]>> = {
    'england-and-wales': [easter.add({ days: 1 }), lastMonday(year, 8)],
    scotland: [on(1, 2), firstMonday(year, 8), on(11, 30)],
    'northern-ireland': [easter.add({ days: 1 }), lastMonday(year, 8), on(3, 17), on(7, 12)],
  };
  return [...inAll, ...ownOnes[calendar]].sort((one, other) => Temporal.PlainDate.compare(one, other));
}

function holidaysOf(calendar: HolidayCalendar, year: number): ReadonlySet<string> {
  const nominal = nominalDays(calendar, year);
  const held = new Set(nominal.filter((day) => day.dayOfWeek < saturday).map(String));
  // One that falls on a weekend is held on the next weekday that is no holiday itself.
  for (const day of nominal.filter(({ dayOfWeek }) => dayOfWeek >= saturday)) {
    let substitute = day;
    while (substitute.dayOfWeek >= saturday || held.has(String(substitute))) {
      substitute = substitute.add({ days: 1 });
    }
    held.add(String(substitute));
  }
  for (const { day, insteadOf, calendars } of proclaimed) {
    if (!day.startsWith(String(year)) || !calendars.includes(calendar)) continue;
    if (insteadOf !== undefined) held.delete(insteadOf);
    held.add(day);
  }
  return held;
}

const known = new Map<string, ReadonlySet<string>>();

/** The bank holidays of a year as ISO days, in order, those of weekends on the weekday they are moved to. */
export function bankHolidays(calendar: HolidayCalendar, year: number): readonly string[] {
  return [...yearOf(calendar, year)].sort();
}

/** Whether banks, and panels, are closed on a day. */
export function isBankHoliday(calendar: HolidayCalendar, day: LocalDay): boolean {
  return yearOf(calendar, day.year).has(day.toString());
}

function yearOf(calendar: HolidayCalendar, year: number): ReadonlySet<string> {
  const key = `${calendar} ${String(year)}`;
  const held = known.get(key) ?? holidaysOf(calendar, year);
  known.set(key, held);
  return held;
}
