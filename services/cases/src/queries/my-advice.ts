import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { checkAccess, type InputOf, type ReplyOf, type myAdvice as contract } from '@definitivedx/contracts';
import { adviceOf } from '../data/own-advice.js';
import { fromCursor, toCursor } from '../domain/cursor.js';
import { bytesOf, fitting } from '../domain/room.js';
import { adviserShown } from './discussion.js';

/**
 * What the caller advised, for their own record: their own words, which they keep when a case is closed to them. Whether
 * somebody superseded them is what others did: access says of which cases they may still learn that.
 * @throws AppError `invalid-input` for a cursor that cannot be right.
 */
export async function myAdvice(
  { db, bus }: ServiceContext,
  caller: Caller,
  { cursor, limit }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId } = member;
  const after = cursor === undefined ? undefined : fromCursor('activity', cursor);
  const place = after && { postedAt: after.at, postId: after.caseId };
  const rows = await adviceOf(db, memberId, place, limit);
  const page = fitting(rows, ({ body, safetyNet, withdrawnReason, links }) =>
    bytesOf(
      body,
      safetyNet ?? '',
      withdrawnReason ?? '',
      ...(links ?? []).flatMap((link) => Object.values(link)),
    ),
  );
  const last = page.at(-1);
  const isMore = last !== undefined && (rows.length === limit || page.length < rows.length);
  const caseIds = [...new Set(page.map(({ caseId }) => caseId))];
  const { allowed } =
    caseIds.length === 0
      ? { allowed: [] }
      : await bus.request(checkAccess, member, { caseIds, purpose: 'list' });
  const open = new Set(allowed.map(({ caseId }) => caseId));
  return {
    advice: page.map(({ superseded, withdrawnAt, withdrawnReason, adviser, links, postedAt, ...own }) => ({
      ...own,
      superseded: open.has(own.caseId) ? superseded : null,
      adviser: adviserShown(adviser),
      links: links ?? [],
      postedAt: postedAt.toISOString(),
      withdrawn: withdrawnAt && { at: withdrawnAt.toISOString(), reason: withdrawnReason ?? '' },
    })),
    nextCursor: isMore ? toCursor('activity', { at: last.postedAt, caseId: last.postId }) : null,
  };
}
