import { describe, expect, it } from '@jest/globals';
import { AppError } from '@definitivedx/errors';
import { readWeeklyShifts, type WrittenShift } from './weekly-shifts.js';

const shift = (weekday: number, start: string, end: string): WrittenShift => ({
  weekday,
  start,
  end,
  memberId: 'm',
});
const issuesOf = (timeZone: string, ...shifts: WrittenShift[]): string[] => {
  try {
    readWeeklyShifts(timeZone, shifts);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('invalid-input');
    return (error.issues ?? []).map((issue) => `${issue.path}: ${issue.message}`);
  }
};

describe('reading a weekly rota', () => {
  it('keeps minutes, with an end at or before the start on the next day', () => {
    const read = readWeeklyShifts('Europe/London', [shift(1, '09:00', '17:30'), shift(2, '20:00', '08:00')]);
    expect(read.map((s) => [s.weekday, s.startMinute, s.endMinute])).toEqual([
      [1, 540, 1050],
      [2, 1200, 1920],
    ]);
  });

  it.each([
    ['meeting shifts', [shift(1, '09:00', '17:00'), shift(1, '17:00', '09:00')]],
    ['meeting at midnight, both ways of writing', [shift(1, '00:00', '24:00'), shift(2, '00:00', '00:00')]],
    ['a full week that meets itself', [1, 2, 3, 4, 5, 6, 7].map((d) => shift(d, '20:00', '20:00'))],
    ['one shift of 24 hours', [shift(3, '12:00', '12:00')]],
  ])('accepts %s', (_name, shifts) => {
    expect(issuesOf('Europe/London', ...shifts)).toEqual([]);
  });

  it.each([
    [
      'on one day',
      [shift(1, '09:00', '17:00'), shift(1, '16:59', '20:00')],
      'shifts.1: Monday 16:59-20:00 overlaps Monday 09:00-17:00. Let one end before the other begins.',
    ],
    [
      'over midnight',
      [shift(2, '07:00', '12:00'), shift(1, '20:00', '08:00')],
      'shifts.0: Tuesday 07:00-12:00 overlaps Monday 20:00-08:00. Let one end before the other begins.',
    ],
    [
      'over the end of the week',
      [shift(1, '07:00', '12:00'), shift(7, '20:00', '08:00')],
      'shifts.0: Monday 07:00-12:00 overlaps Sunday 20:00-08:00. Let one end before the other begins.',
    ],
    [
      'the same shift twice',
      [shift(1, '09:00', '17:00'), shift(1, '09:00', '17:00')],
      'shifts.1: Monday 09:00-17:00 overlaps Monday 09:00-17:00. Let one end before the other begins.',
    ],
  ])('refuses an overlap %s', (_name, shifts, issue) => {
    expect(issuesOf('Europe/London', ...shifts)).toEqual([issue]);
  });

  it('refuses a start at 24:00', () => {
    expect(issuesOf('Europe/London', shift(1, '24:00', '08:00'))).toEqual([
      'shifts.0.start: Write a start at midnight as 00:00 of the next day.',
    ]);
  });

  it.each(['Europe/Atlantis', '+01:00', '', 'Europe/London; drop'])(
    'refuses the time zone %p',
    (timeZone) => {
      expect(issuesOf(timeZone, shift(1, '09:00', '17:00'))).toEqual([
        'timeZone: This is not the name of a time zone.',
      ]);
    },
  );
});
