import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { onCallAt, takeOverUntil, type Override, type Rota } from './on-call.js';
import { readWeeklyShifts, type WrittenShift } from './weekly-shifts.js';

const shift = (weekday: number, start: string, end: string, memberId: string): WrittenShift => ({
  weekday,
  start,
  end,
  memberId,
});
const rotaOf = (timeZone: string, ...shifts: WrittenShift[]): Rota => ({
  timeZone,
  shifts: readWeeklyShifts(timeZone, shifts),
});
const override = (from: string, until: string, memberId: string): Override => ({
  memberId,
  from: new Date(from),
  until: new Date(until),
});
const ask = (rota: Rota | null, at: string, overrides: Override[] = []): [string | null, string | null] => {
  const moment = new Date(at);
  const ahead = overrides.filter((o) => o.until > moment);
  const { memberId, until } = onCallAt(rota, ahead, moment);
  return [memberId, until?.toISOString() ?? null];
};

// 2026-11-23 is a Monday, in winter time.
const office = rotaOf('Europe/London', shift(1, '09:00', '17:00', 'a'), shift(2, '09:00', '17:00', 'b'));
const nights = rotaOf(
  'Europe/London',
  shift(7, '20:00', '08:00', 'night'),
  shift(1, '08:00', '20:00', 'day'),
);
const everyDay = rotaOf(
  'Europe/London',
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => [
    shift(weekday, '08:00', '20:00', 'day'),
    shift(weekday, '20:00', '08:00', 'night'),
  ]),
);
const always = rotaOf(
  'Europe/London',
  ...[1, 2, 3, 4, 5, 6, 7].map((weekday) => shift(weekday, '00:00', '24:00', 'a')),
);

describe('who is on call by the weekly rota', () => {
  it.each([
    [
      'before a shift, the gap lasts until it',
      office,
      '2026-11-23T08:59:59Z',
      null,
      '2026-11-23T09:00:00.000Z',
    ],
    ['a start belongs to the shift', office, '2026-11-23T09:00:00Z', 'a', '2026-11-23T17:00:00.000Z'],
    ['an end does not', office, '2026-11-23T17:00:00Z', null, '2026-11-24T09:00:00.000Z'],
    ['a gap over most of a week', office, '2026-11-24T17:00:00Z', null, '2026-11-30T09:00:00.000Z'],
    ['over midnight, before it', nights, '2026-11-22T23:00:00Z', 'night', '2026-11-23T08:00:00.000Z'],
    [
      'over midnight and over the end of the week',
      nights,
      '2026-11-23T07:59:00Z',
      'night',
      '2026-11-23T08:00:00.000Z',
    ],
    ['shifts that meet', nights, '2026-11-23T08:00:00Z', 'day', '2026-11-23T20:00:00.000Z'],
    ['days that meet at 24:00 are no change', always, '2026-11-23T12:00:00Z', 'a', null],
    ['no shifts at all', rotaOf('Europe/London'), '2026-11-23T12:00:00Z', null, null],
    [
      'in summer the same local time is an hour earlier',
      office,
      '2026-07-06T08:00:00Z',
      'a',
      '2026-07-06T16:00:00.000Z',
    ],
    [
      'in a zone half an hour off',
      rotaOf('Asia/Kolkata', shift(1, '09:00', '17:00', 'a')),
      '2026-11-23T03:30:00Z',
      'a',
      '2026-11-23T11:30:00.000Z',
    ],
  ])('%s', (_name, rota, at, memberId, until) => {
    expect(ask(rota, at)).toEqual([memberId, until]);
  });

  it('nobody when the panel has no rota', () => {
    expect(ask(null, '2026-11-23T12:00:00Z')).toEqual([null, null]);
  });

  it.each([
    // Clocks go forward at 01:00 UTC on Sunday 2027-03-28 and back at 01:00 UTC on Sunday 2027-10-31.
    ['the night of spring lasts eleven hours', '2027-03-27T20:00:00Z', 'night', '2027-03-28T07:00:00.000Z'],
    ['the night of autumn lasts thirteen', '2027-10-30T19:00:00Z', 'night', '2027-10-31T08:00:00.000Z'],
  ])('%s', (_name, at, memberId, until) => {
    expect(ask(everyDay, at)).toEqual([memberId, until]);
  });

  const early = rotaOf(
    'Europe/London',
    shift(7, '00:30', '01:30', 'first'),
    shift(7, '01:30', '01:45', 'skipped in spring'),
    shift(7, '01:45', '03:00', 'last'),
  );

  it.each([
    ['spring: until the clocks jump', '2027-03-28T00:59:59Z', 'first', '2027-03-28T01:00:00.000Z'],
    [
      'spring: a shift inside the hour that is skipped does not happen',
      '2027-03-28T01:00:00Z',
      'last',
      '2027-03-28T02:00:00.000Z',
    ],
    [
      'autumn: 01:30 is the first 01:30',
      '2027-10-31T00:30:00Z',
      'skipped in spring',
      '2027-10-31T00:45:00.000Z',
    ],
    [
      'autumn: the hour comes again, the shift does not',
      '2027-10-31T01:30:00Z',
      'last',
      '2027-10-31T03:00:00.000Z',
    ],
  ])('%s', (_name, at, memberId, until) => {
    expect(ask(early, at)).toEqual([memberId, until]);
  });

  it('finds the next change beyond a shift that spring skips', () => {
    const rota = rotaOf('Europe/London', shift(7, '01:15', '01:45', 'a'));
    expect(ask(rota, '2027-03-21T01:45:00Z')).toEqual([null, '2027-04-04T00:15:00.000Z']);
  });
});

describe('who is on call with overrides', () => {
  const swap = override('2026-11-23T10:00:00Z', '2026-11-23T12:00:00Z', 'b');

  it.each([
    ['before it, until it', '2026-11-23T09:30:00Z', 'a', '2026-11-23T10:00:00.000Z'],
    ['during it', '2026-11-23T10:00:00Z', 'b', '2026-11-23T12:00:00.000Z'],
    ['after it, the rota again', '2026-11-23T12:00:00Z', 'a', '2026-11-23T17:00:00.000Z'],
  ])('%s', (_name, at, memberId, until) => {
    expect(ask(office, at, [swap])).toEqual([memberId, until]);
  });

  it('the latest that covers the moment wins, and the one before it returns', () => {
    const later = override('2026-11-23T11:00:00Z', '2026-11-23T11:30:00Z', 'c');
    expect(ask(office, '2026-11-23T11:10:00Z', [swap, later])).toEqual(['c', '2026-11-23T11:30:00.000Z']);
    expect(ask(office, '2026-11-23T11:30:00Z', [swap, later])).toEqual(['b', '2026-11-23T12:00:00.000Z']);
    expect(ask(office, '2026-11-23T11:10:00Z', [later, swap])).toEqual(['b', '2026-11-23T12:00:00.000Z']);
  });

  it('an override for the person who is on call anyway changes nothing', () => {
    const itself = override('2026-11-23T10:00:00Z', '2026-11-23T12:00:00Z', 'a');
    expect(ask(office, '2026-11-23T09:00:00Z', [itself])).toEqual(['a', '2026-11-23T17:00:00.000Z']);
  });

  it('one that outlasts a shift by the same person moves the end', () => {
    const longer = override('2026-11-23T16:00:00Z', '2026-11-23T19:00:00Z', 'a');
    expect(ask(office, '2026-11-23T09:00:00Z', [longer])).toEqual(['a', '2026-11-23T19:00:00.000Z']);
  });

  it('one months away is the next change of a rota that never changes', () => {
    const far = override('2027-08-02T09:00:00Z', '2027-08-03T09:00:00Z', 'b');
    expect(ask(always, '2026-11-23T12:00:00Z', [far])).toEqual(['a', '2027-08-02T09:00:00.000Z']);
  });

  it('without a rota only overrides count', () => {
    expect(ask(null, '2026-11-23T09:00:00Z', [swap])).toEqual([null, '2026-11-23T10:00:00.000Z']);
    expect(ask(null, '2026-11-23T11:00:00Z', [swap])).toEqual(['b', '2026-11-23T12:00:00.000Z']);
  });
});

describe('whatever the rota and the overrides', () => {
  const minute = 60_000;
  const start = Date.parse('2027-03-20T00:00:00Z');
  const edges = fc.uniqueArray(fc.integer({ min: 0, max: 7 * 96 - 1 }), { minLength: 2, maxLength: 12 });
  const time = (quarter: number): string =>
    new Date((quarter % 96) * 15 * minute).toISOString().slice(11, 16);

  /** Shifts between consecutive quarters of the week, each either somebody's or a gap. */
  const rotas = edges.chain((quarters) => {
    const sorted = [...quarters].sort((a, b) => a - b);
    return fc
      .array(fc.constantFrom('a', 'b', null), { minLength: sorted.length, maxLength: sorted.length })
      .map((who) =>
        sorted.flatMap((from, i) => {
          const to = Math.min(sorted[i + 1] ?? 7 * 96, from + 96);
          const memberId = who[i];
          return memberId ? [shift(Math.floor(from / 96) + 1, time(from), time(to), memberId)] : [];
        }),
      );
  });
  const overrideList = fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: 20_000 }),
      length: fc.integer({ min: 1, max: 3_000 }),
      who: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 3 },
  );

  it('the answer holds until the moment it names, and changes there', () => {
    fc.assert(
      fc.property(rotas, overrideList, fc.integer({ min: 0, max: 20_000 }), (shifts, written, offset) => {
        const rota = rotaOf('Europe/London', ...shifts);
        const overrides = written.map(({ from, length, who }) => ({
          memberId: who,
          from: new Date(start + from * minute),
          until: new Date(start + (from + length) * minute),
        }));
        const at = new Date(start + offset * minute);
        const { memberId, until } = onCallAt(rota, overrides, at);
        const answer = (moment: number): string | null =>
          onCallAt(rota, overrides, new Date(moment)).memberId;
        const end = until?.getTime() ?? at.getTime() + 40 * 86_400_000;
        for (let step = 0; step < 20; step += 1)
          expect(answer(at.getTime() + ((end - at.getTime()) * step) / 20)).toBe(memberId);
        expect(answer(end - 1)).toBe(memberId);
        if (until) expect(answer(end)).not.toBe(memberId);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a shift taken over', () => {
  const alone = rotaOf(
    'Europe/London',
    ...[1, 2, 3, 4, 5, 6, 7].map((weekday) => shift(weekday, '08:00', '08:00', 'only')),
  );
  const cover = override('2026-11-23T10:00:00Z', '2026-11-23T12:00:00Z', 'cover');

  it.each([
    [
      'lasts until the shift would have ended',
      office,
      '2026-11-23T10:00:00Z',
      [],
      '2026-11-23T17:00:00.000Z',
    ],
    ['though the same doctor would go on', alone, '2026-11-23T10:00:00Z', [], '2026-11-24T08:00:00.000Z'],
    ['in the small hours as well', nights, '2026-11-23T03:00:00Z', [], '2026-11-23T08:00:00.000Z'],
    ['or until the override would have', office, '2026-11-23T11:00:00Z', [cover], '2026-11-23T12:00:00.000Z'],
    [
      'or until the next override begins',
      office,
      '2026-11-23T09:30:00Z',
      [cover],
      '2026-11-23T10:00:00.000Z',
    ],
    ['in a gap until it ends', office, '2026-11-24T06:00:00Z', [], '2026-11-24T09:00:00.000Z'],
    ['but not longer than 12 hours', office, '2026-11-25T06:00:00Z', [], '2026-11-25T18:00:00.000Z'],
    ['as without a rota', null, '2026-11-25T06:00:00Z', [], '2026-11-25T18:00:00.000Z'],
  ] as const)('%s', (_rule, rota, at, overrides, until) => {
    expect(takeOverUntil(rota, overrides, new Date(at)).toISOString()).toBe(until);
  });
});
