import { invalidInput, type AppError } from '@definitivedx/errors';

/** A place in a list ordered by latest activity: just after this case at this moment. */
export interface Place {
  readonly lastActivityAt: Date;
  readonly caseId: string;
}

const written =
  /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Writes a place as an opaque cursor. */
export function toCursor({ lastActivityAt, caseId }: Place): string {
  return Buffer.from(`${lastActivityAt.toISOString()}|${caseId}`).toString('base64url');
}

/** Reads a cursor back; anything we did not write ourselves is invalid-input. */
export function fromCursor(cursor: string): Place {
  const [, at, caseId] = written.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const lastActivityAt = new Date(at ?? Number.NaN);
  if (caseId === undefined || Number.isNaN(lastActivityAt.getTime())) throw notACursor();
  return { lastActivityAt, caseId };
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
