import { invalidInput, type AppError } from '@definitivedx/errors';

/** In what order a list is: by latest activity, the latest first, or by when an answer is due, the soonest first. */
export type Order = 'activity' | 'due';

/** What a cursor is for: cases in an order, or follow-ups, the longest due first. */
type Listed = Order | 'follow-up';

/** A place in a list: just after this case at this moment. */
export interface Place {
  readonly at: Date;
  readonly caseId: string;
}

const letter: Readonly<Record<Listed, string>> = { activity: 'a', due: 'd', 'follow-up': 'f' };
const written =
  /^([adf])\|(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Writes a place as an opaque cursor of such a list. */
export function toCursor(listed: Listed, { at, caseId }: Place): string {
  return Buffer.from(`${letter[listed]}|${at.toISOString()}|${caseId}`).toString('base64url');
}

/** Reads a cursor back; anything that was not written for such a list is invalid-input. */
export function fromCursor(listed: Listed, cursor: string): Place {
  const [, kind, moment, caseId] = written.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const at = new Date(moment ?? Number.NaN);
  if (kind !== letter[listed] || caseId === undefined || Number.isNaN(at.getTime())) {
    throw notACursor();
  }
  return { at, caseId };
}

/** Writes the number of a row as an opaque cursor: a place in a list that only grows. */
export const numberCursor = (number: number): string =>
  Buffer.from(`#${String(number)}`).toString('base64url');

/** Reads the number of a row back; the beginning without one. */
export function fromNumberCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [, number] = /^#(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (number === undefined) throw notACursor();
  return Number(number);
}

const notACursor = (): AppError =>
  invalidInput('That is not a cursor of this list.', [
    { path: 'cursor', message: 'Take it unchanged from the previous page, or leave it out to start again.' },
  ]);
