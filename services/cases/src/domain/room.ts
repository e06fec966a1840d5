import { conflict } from '@definitivedx/errors';

/**
 * A case travels as one bus message of at most 1 MiB, so the text of a discussion is bounded below that, in bytes as
 * they are written in JSON, where a character may take up to six. The rest is room for ids, codes and headers.
 */
export const discussionBytes = 720_000;

/** Ids, codes and field names that go with each post or list row. */
const overheadBytes = 800;

/** What an id takes that goes along, such as an attachment's with its state. */
export const bytesPerId = 100;

/** Bytes that texts take on the bus, with what goes along. */
export function bytesOf(...texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(JSON.stringify(text)), overheadBytes);
}

/** Refuses a post for which the discussion has no room left. */
export function checkRoom(usedBytes: number, addedBytes: number): void {
  if (usedBytes + addedBytes <= discussionBytes) return;
  throw conflict('This discussion is full. Please write less, or share what is still open as a new case.');
}

/** The leading rows that fit in one reply; at least one, so that a list always advances. */
export function fitting<Row>(rows: readonly Row[], size: (row: Row) => number): readonly Row[] {
  let used = 0;
  const end = rows.findIndex((row) => (used += size(row)) > discussionBytes);
  return end === -1 ? rows : rows.slice(0, Math.max(end, 1));
}
