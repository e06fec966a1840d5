import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, TimelineKind, caseTimeline as contract } from '@definitivedx/contracts';
import { timelineAfter } from '../data/timeline.js';
import { fromNumberCursor, numberCursor } from '../domain/cursor.js';
import { asks } from '../domain/posting.js';
import { confirmAccess } from './confirm-access.js';

/** That a case is taught, with when, would lead from what is taught to the case. */
const forAskingSide: readonly TimelineKind[] = ['offered-for-teaching', 'teaching-ended'];

/** What happened to a case, oldest first, for anybody who may see it; of teaching only its asking side is told. */
export async function caseTimeline(
  service: ServiceContext,
  caller: Caller,
  { cursor, limit, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const after = fromNumberCursor(cursor);
  const { caseId, via } = await confirmAccess(service, asMember(caller), input.caseId, 'read');
  const rows = await timelineAfter(service.db, caseId, after, limit, asks(via) ? [] : forAskingSide);
  const last = rows.at(-1);
  return {
    entries: rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    nextCursor: rows.length === limit && last ? numberCursor(last.number) : null,
  };
}
