import { invalidInput } from '@definitivedx/errors';

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
  if (caseId === undefined || Number.isNaN(lastActivityAt.getTime())) {
    throw invalidInput('That is not a cursor of this list.', [
      {
        path: 'cursor',
        message: 'Take it unchanged from the previous page, or leave it out to start again.',
      },
    ]);
  }
  return { lastActivityAt, caseId };
}
