import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, responsibilityHistory as contract } from '@definitivedx/contracts';
import { heldAfter } from '../data/responsibility.js';
import { fromNumberCursor, numberCursor } from '../domain/cursor.js';
import { bytesOf, fitting } from '../domain/room.js';
import { confirmAccess } from './confirm-access.js';

/** Who answered for a case, oldest first, for anybody who may see it. */
export async function responsibilityHistory(
  service: ServiceContext,
  caller: Caller,
  { cursor, limit, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const after = fromNumberCursor(cursor);
  const { caseId } = await confirmAccess(service, asMember(caller), input.caseId, 'read');
  const rows = await heldAfter(service.db, caseId, after, limit);
  const page = fitting(rows, ({ note }) => bytesOf(note ?? ''));
  const last = page.at(-1);
  const isMore = rows.length === limit || page.length < rows.length;
  return {
    history: page.map(({ number: _number, from, until, acknowledgedAt, ...held }) => ({
      ...held,
      from: from.toISOString(),
      until: until?.toISOString() ?? null,
      acknowledgedAt: acknowledgedAt?.toISOString() ?? null,
    })),
    nextCursor: isMore && last ? numberCursor(last.number) : null,
  };
}
