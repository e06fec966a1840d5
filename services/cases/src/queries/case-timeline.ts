import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, caseTimeline as contract } from '@definitivedx/contracts';
import { timelineAfter } from '../data/timeline.js';
import { fromNumberCursor, numberCursor } from '../domain/cursor.js';
import { confirmAccess } from './confirm-access.js';

/** What happened to a case, oldest first, for anybody who may see it. */
export async function caseTimeline(
  service: ServiceContext,
  caller: Caller,
  { cursor, limit, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const after = fromNumberCursor(cursor);
  const { caseId } = await confirmAccess(service, asMember(caller), input.caseId, 'read');
  const rows = await timelineAfter(service.db, caseId, after, limit);
  const last = rows.at(-1);
  return {
    entries: rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    nextCursor: rows.length === limit && last ? numberCursor(last.number) : null,
  };
}
