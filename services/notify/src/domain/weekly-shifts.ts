import { invalidInput, type Issue } from '@definitivedx/errors';
import { isTimeZone } from './local-time.js';

/** A shift as people write it: 1 Monday … 7 Sunday, HH:MM; an end at or before the start is on the next day. */
export interface WrittenShift {
  readonly weekday: number;
  readonly start: string;
  readonly end: string;
  readonly memberId: string;
}

/** A shift as it is kept and calculated with: minutes after local midnight of its weekday. */
export interface WeeklyShift {
  readonly weekday: number;
  readonly startMinute: number;
  /** Always after the start; above 1440 it lies on the next day. A shift lasts 24 hours at most. */
  readonly endMinute: number;
  readonly memberId: string;
}

export const minutesPerDay = 1_440;
const minutesPerWeek = 7 * minutesPerDay;
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/**
 * Checks a weekly rota and turns it into minutes.
 * @throws AppError `invalid-input` naming each shift that cannot stand.
 */
export function readWeeklyShifts(timeZone: string, written: readonly WrittenShift[]): WeeklyShift[] {
  if (!isTimeZone(timeZone)) {
    throw invalidInput('Name the time zone as in "Europe/London".', [
      { path: 'timeZone', message: 'This is not the name of a time zone.' },
    ]);
  }
  const shifts = written.map(readShift);
  const issues = [...startsAtMidnightsEnd(written), ...overlaps(written, shifts)];
  if (issues.length > 0) {
    throw invalidInput(
      'The rota was not changed: some of its shifts cannot stand. Correct those named.',
      issues,
    );
  }
  return shifts;
}

function readShift({ weekday, start, end, memberId }: WrittenShift): WeeklyShift {
  const startMinute = minutesOf(start);
  const endMinute = minutesOf(end);
  return {
    weekday,
    startMinute,
    endMinute: endMinute > startMinute ? endMinute : endMinute + minutesPerDay,
    memberId,
  };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const startsAtMidnightsEnd = (written: readonly WrittenShift[]): Issue[] =>
  written.flatMap(({ start }, index) =>
    start === '24:00'
      ? [
          {
            path: `shifts.${String(index)}.start`,
            message: 'Write a start at midnight as 00:00 of the next day.',
          },
        ]
      : [],
  );

/** Compares each shift with the one before it around the week, which is enough once they are in order. */
function overlaps(written: readonly WrittenShift[], shifts: readonly WeeklyShift[]): Issue[] {
  const inOrder = shifts
    .map((shift, index) => ({ index, from: (shift.weekday - 1) * minutesPerDay + shift.startMinute, shift }))
    .sort((a, b) => a.from - b.from);
  return inOrder.flatMap((later, position) => {
    const before = inOrder[position === 0 ? inOrder.length - 1 : position - 1];
    if (before === undefined || before === later) return [];
    const length = before.shift.endMinute - before.shift.startMinute;
    const distance = position === 0 ? later.from + minutesPerWeek - before.from : later.from - before.from;
    if (length <= distance) return [];
    const message = `${describe(written[later.index])} overlaps ${describe(written[before.index])}. Let one end before the other begins.`;
    return [{ path: `shifts.${String(later.index)}`, message }];
  });
}

const describe = (shift: WrittenShift | undefined): string =>
  shift === undefined ? '' : `${weekdays[shift.weekday - 1] ?? ''} ${shift.start}-${shift.end}`;
