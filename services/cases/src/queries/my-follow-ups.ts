import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  callerPrincipals,
  checkAccess,
  type InputOf,
  type ReplyOf,
  type myFollowUps as contract,
} from '@definitivedx/contracts';
import { dueFollowUps } from '../data/follow-ups.js';
import { fromCursor, toCursor } from '../domain/cursor.js';
import { asks } from '../domain/posting.js';
import { bytesOf, fitting } from '../domain/room.js';

/**
 * What the caller is asked about children whose cases are closed. As with lists of cases, what access refuses is left
 * out, so that a page may be short, and the cursor is the last row scanned.
 * @throws AppError `invalid-input` for a cursor that cannot be right.
 */
export async function myFollowUps(
  service: ServiceContext,
  caller: Caller,
  { cursor, limit }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const after = cursor === undefined ? undefined : fromCursor('follow-up', cursor);
  const { principals } = await service.bus.request(callerPrincipals, member, {});
  const mine = [...new Set([...principals, member.memberId])];
  const rows = await dueFollowUps(service.db, mine, after, limit, service.clock.now());
  const scanned = fitting(rows, ({ question }) => bytesOf(question));
  const last = scanned.at(-1);
  if (last === undefined) return { followUps: [], nextCursor: null };

  const caseIds = [...new Set(scanned.map(({ caseId }) => caseId))];
  const { allowed } = await service.bus.request(checkAccess, member, { caseIds, purpose: 'list' });
  const shown = new Set(allowed.filter(({ via }) => asks(via)).map(({ caseId }) => caseId));
  const isMore = rows.length === limit || scanned.length < rows.length;
  return {
    followUps: scanned
      .filter(({ caseId }) => shown.has(caseId))
      .map((row) => ({
        ...row,
        closedAt: row.closedAt.toISOString(),
        dueAt: row.dueAt.toISOString(),
      })),
    nextCursor: isMore ? toCursor('follow-up', { at: last.dueAt, caseId: last.caseId }) : null,
  };
}
