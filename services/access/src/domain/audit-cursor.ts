import { invalidInput } from '@definitivedx/errors';

/** A place among rows that are ordered by time and id. */
interface Place {
  readonly at: string;
  readonly id: string;
}

const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(\d{1,19})$/;

/** The cursor of the page after a place. */
export const cursorOf = ({ at, id }: Place): string => `${at}_${id}`;

/**
 * The place before which a page begins: where the last one ended, else at the end of the time asked for.
 * @throws AppError `invalid-input` for a cursor that was not ours.
 */
export function beginningAt({
  cursor,
  to,
}: {
  readonly cursor?: string | undefined;
  readonly to?: string | undefined;
}): Place {
  // No row has the id 0, so that the time itself is excluded.
  if (cursor === undefined) return { at: to ?? 'infinity', id: '0' };
  const [, at, id] = form.exec(cursor) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at))) {
    throw invalidInput('This page cannot be found. Begin again without a cursor.', [
      { path: 'cursor', message: 'is not one of ours' },
    ]);
  }
  return { at, id };
}
