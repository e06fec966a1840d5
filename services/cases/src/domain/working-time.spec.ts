import { describe, expect, it } from '@jest/globals';
import { defaultPanelTerms, type PanelTerms } from '@definitivedx/contracts';
import fc from 'fast-check';
import {
  momentAfterOpenMinutes,
  openMinutesBetween,
  opensAt,
  targetMinutes,
  type OpenHours,
} from './working-time.js';

type Hours = PanelTerms['hours'][number];
const on = (weekdays: readonly number[], start: string, end: string): Hours[] =>
  weekdays.map((weekday) => ({ weekday, start, end }));
const weekdays = [1, 2, 3, 4, 5];
const everyDay = [1, 2, 3, 4, 5, 6, 7];

const open = (hours: Hours[], rest: Partial<OpenHours> = {}): OpenHours => ({
  timeZone: 'Europe/London',
  calendar: 'england-and-wales',
  hours,
  ...rest,
});
const office = open(on(weekdays, '09:00', '17:00'));
const lunch = open([...on(weekdays, '13:00', '17:00'), ...on(weekdays, '09:00', '12:00')]);
const always = open(on(everyDay, '00:00', '24:00'));
const nights = open(on(everyDay, '00:00', '03:00'));

describe('the minutes a panel is open between two moments', () => {
  // 2026-11-23 is a Monday in winter time, 2026-07-06 one in summer time.
  it.each([
    ['within hours', office, '2026-11-23T10:00:00Z', '2026-11-23T11:30:00Z', 90],
    ['with seconds', office, '2026-11-23T10:00:00Z', '2026-11-23T10:00:30Z', 0.5],
    ['before opening', office, '2026-11-23T07:00:00Z', '2026-11-23T08:59:00Z', 0],
    ['from before opening', office, '2026-11-23T07:00:00Z', '2026-11-23T09:30:00Z', 30],
    ['from closing on', office, '2026-11-23T17:00:00Z', '2026-11-24T09:00:00Z', 0],
    ['over a night', office, '2026-11-23T16:00:00Z', '2026-11-24T10:00:00Z', 120],
    ['over a weekend', office, '2026-11-20T16:00:00Z', '2026-11-23T10:00:00Z', 120],
    ['in summer, an hour earlier by UTC', office, '2026-07-06T08:00:00Z', '2026-07-06T16:00:00Z', 480],
    ['over lunch, written out of order', lunch, '2026-11-23T11:00:00Z', '2026-11-23T14:00:00Z', 120],
    ['over Easter', office, '2026-04-02T15:00:00Z', '2026-04-07T09:00:00Z', 120],
    ['over Christmas with its substitute', office, '2026-12-24T16:00:00Z', '2026-12-29T10:00:00Z', 120],
    ['over a holiday of Scotland elsewhere', office, '2026-06-12T15:00:00Z', '2026-06-16T08:00:00Z', 540],
    ['a whole year', office, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', (261 - 8) * 480],
    // The clocks go forward at 01:00 UTC on 2026-03-29 and back at 01:00 UTC on 2026-10-25.
    ['a day of spring', always, '2026-03-29T00:00:00Z', '2026-03-29T23:00:00Z', 23 * 60],
    ['a night of spring', nights, '2026-03-28T23:00:00Z', '2026-03-29T05:00:00Z', 120],
    ['a night of autumn', nights, '2026-10-24T22:00:00Z', '2026-10-25T05:00:00Z', 240],
    ['a day of autumn', always, '2026-10-24T23:00:00Z', '2026-10-26T00:00:00Z', 25 * 60],
    ['no time at all', office, '2026-11-23T10:00:00Z', '2026-11-23T10:00:00Z', 0],
    ['backwards', office, '2026-11-23T11:00:00Z', '2026-11-23T10:00:00Z', 0],
  ])('%s', (_name, hours, from, to, minutes) => {
    expect(openMinutesBetween(hours, new Date(from), new Date(to))).toBe(minutes);
  });

  it.each([
    ['england-and-wales', 960],
    ['scotland', 480],
    ['northern-ireland', 960],
  ] as const)('go by the calendar of %s', (calendar, minutes) => {
    const hours = { ...office, calendar };
    // The Scottish holiday of Monday 15 June 2026.
    expect(
      openMinutesBetween(hours, new Date('2026-06-12T17:00:00Z'), new Date('2026-06-16T17:00:00Z')),
    ).toBe(minutes);
  });

  it("go by the panel's own time zone", () => {
    const elsewhere = { ...office, timeZone: 'Asia/Kolkata' };
    const [from, to] = [new Date('2026-11-23T03:00:00Z'), new Date('2026-11-23T04:00:00Z')];
    expect(openMinutesBetween(elsewhere, from, to)).toBe(30);
  });
});

describe('the moment by which a panel has been open for so long', () => {
  it.each([
    ['on the same day', office, '2026-11-23T10:00:00Z', 240, '2026-11-23T14:00:00.000Z'],
    [
      'at closing time, not the next opening',
      office,
      '2026-11-23T13:00:00Z',
      240,
      '2026-11-23T17:00:00.000Z',
    ],
    ['asked out of hours', office, '2026-11-22T03:00:00Z', 240, '2026-11-23T13:00:00.000Z'],
    ['over a weekend', office, '2026-11-20T16:00:00Z', 960, '2026-11-24T16:00:00.000Z'],
    ['over Easter', office, '2026-04-02T15:00:00Z', 240, '2026-04-07T11:00:00.000Z'],
    ['into summer time', office, '2026-03-27T16:00:00Z', 120, '2026-03-30T09:00:00.000Z'],
    ['into winter time', office, '2026-10-23T15:00:00Z', 120, '2026-10-26T10:00:00.000Z'],
    ['two working days over Christmas', office, '2026-12-24T12:00:00Z', 960, '2026-12-30T12:00:00.000Z'],
    ['nothing', office, '2026-11-22T03:00:00Z', 0, '2026-11-22T03:00:00.000Z'],
  ])('%s', (_name, hours, from, minutes, moment) => {
    expect(momentAfterOpenMinutes(hours, new Date(from), minutes).toISOString()).toBe(moment);
  });

  it('is the first one up to which so many minutes are counted', () => {
    const time = fc.integer({ min: 0, max: 1_440 });
    const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
    const written = (minutes: number): string =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const someHours = fc
      .uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })
      .chain((days) => fc.tuple(...days.map((day) => fc.tuple(fc.constant(day), time, time))))
      .map((days) =>
        days
          .filter(([, one, other]) => one !== other)
          .map(([weekday, one, other]) => ({
            weekday,
            start: written(Math.min(one, other)),
            end: written(Math.max(one, other)),
          })),
      )
      // A panel is open for at least an hour a week.
      .filter((hours) => hours.reduce((sum, { start, end }) => sum + minutes(end) - minutes(start), 0) >= 60);
    const moment = fc.date({ min: new Date('2024-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
    const zone = fc.constantFrom('Europe/London', 'America/New_York', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(
        someHours,
        zone,
        moment,
        fc.integer({ min: 1, max: 3_000 }),
        (hours, timeZone, from, minutes) => {
          const panel = open(hours, { timeZone });
          const due = momentAfterOpenMinutes(panel, from, minutes);
          expect(openMinutesBetween(panel, from, due)).toBeCloseTo(minutes, 6);
          const justBefore = new Date(due.getTime() - 1);
          expect(openMinutesBetween(panel, from, justBefore)).toBeLessThan(minutes);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('when a panel opens', () => {
  it.each([
    ['now, while it is open', office, '2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z'],
    ['at nine in the morning', office, '2026-11-23T03:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['on the next day, from closing time on', office, '2026-11-23T17:00:00Z', '2026-11-24T09:00:00.000Z'],
    ['after lunch', lunch, '2026-11-23T12:30:00Z', '2026-11-23T13:00:00.000Z'],
    ['after the weekend', office, '2026-11-20T18:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['after Easter, by summer time', office, '2026-04-02T17:00:00Z', '2026-04-07T08:00:00.000Z'],
  ])('%s', (_name, hours, at, opens) => {
    expect(opensAt(hours, new Date(at)).toISOString()).toBe(opens);
  });
});

describe('the target of a panel', () => {
  it.each([
    ['two days of nine to five', 'routine', {}, 960],
    ['four hours when urgent', 'urgent', {}, 240],
    [
      'days of differing length, by their average',
      'routine',
      { hours: [...on([1], '09:00', '17:00'), ...on([2], '09:00', '13:00')] },
      720,
    ],
    ['a day in two parts', 'routine', { hours: lunch.hours, routineWorkingDays: 1 }, 420],
  ] as const)('%s', (_name, priority, rest, minutes) => {
    expect(targetMinutes({ ...defaultPanelTerms, ...(rest as Partial<PanelTerms>) }, priority)).toBe(minutes);
  });
});
