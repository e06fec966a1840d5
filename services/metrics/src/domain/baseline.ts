import type { Issue } from '@definitivedx/errors';
import { Temporal } from 'temporal-polyfill';
import { oneWorkingDayAfter } from './working-day.js';

/** The columns of an imported e-mail line, in any order. */
export const columns = ['asked_at', 'answered_at', 'referral'] as const;
type Column = (typeof columns)[number];

const referrals = ['avoided', 'made', 'none', 'unknown'] as const;
export type Referral = (typeof referrals)[number];

/** A line of the file as its parser read it. */
export interface Line {
  /** Where it ends in the file, from 1. */
  readonly number: number;
  readonly cells: readonly string[];
}

/** One e-mail question and what became of it. */
export interface Thread {
  readonly line: number;
  readonly askedAt: Date;
  readonly answeredAt: Date | null;
  readonly referral: Referral;
  /** Null while it may still become either: unanswered, with the day not over at the import. */
  readonly withinWorkingDay: boolean | null;
}

/** Nobody has e-mail advice from before; such a date is a spreadsheet's idea of an empty cell. */
const earliest = new Date('2000-01-01T00:00:00Z');

/**
 * Checks the header. The columns may stand in any order, but others are refused rather than ignored: what a mailbox
 * exports beside the times may identify a patient, and is not to be sent at all.
 * @returns where each column stands, or what is wrong.
 */
export function readHeader(cells: readonly string[]): ReadonlyMap<Column, number> | Issue {
  const names = cells.map((cell) => cell.toLowerCase());
  const found = new Map(columns.map((column) => [column, names.indexOf(column)] as const));
  if (names.length === columns.length && ![...found.values()].includes(-1)) return found;
  return {
    path: 'line 1',
    message: `The first line must name exactly these columns: ${columns.join(', ')}. Leave other columns out: they may identify a patient.`,
  };
}

/** Checks one line. Messages never repeat what the line holds: it may identify a patient, or be a spreadsheet formula. */
export function readThread(header: ReadonlyMap<Column, number>, line: Line, now: Date): Thread | Issue {
  const wrong = (message: string): Issue => ({ path: `line ${line.number}`, message });
  if (line.cells.length !== columns.length) {
    return wrong(`This line has ${line.cells.length} values instead of ${columns.length}.`);
  }
  const cell = (column: Column): string => line.cells[header.get(column) ?? -1] ?? '';
  const askedAt = instantOf(cell('asked_at'));
  if (!askedAt) return wrong(`asked_at must be ${timeInWords}.`);
  if (askedAt < earliest) return wrong('asked_at is before the year 2000.');
  if (askedAt > now) return wrong('asked_at is in the future.');
  const answeredAt = cell('answered_at') === '' ? null : instantOf(cell('answered_at'));
  if (answeredAt === undefined) return wrong(`answered_at must be ${timeInWords}, or empty.`);
  if (answeredAt && answeredAt < askedAt) return wrong('answered_at is before asked_at.');
  if (answeredAt && answeredAt > now) return wrong('answered_at is in the future.');
  const referral = referrals.find((code) => code === cell('referral').toLowerCase());
  if (!referral) return wrong(`referral must be one of ${referrals.join(', ')}.`);
  return {
    line: line.number,
    askedAt,
    answeredAt,
    referral,
    withinWorkingDay: withinWorkingDay(askedAt, answeredAt, now),
  };
}

const timeInWords = 'a date and time with its offset from UTC, such as 2025-03-04T09:30Z';

/** Also refuses days that no month has, which Date would move into the next one. */
function instantOf(cell: string): Date | undefined {
  try {
    return new Date(Temporal.Instant.from(cell).epochMilliseconds);
  } catch {
    return undefined;
  }
}

function withinWorkingDay(askedAt: Date, answeredAt: Date | null, now: Date): boolean | null {
  const end = oneWorkingDayAfter(askedAt);
  if (answeredAt) return answeredAt <= end;
  return end < now ? false : null;
}
