import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, myAdvice as contract } from '@definitivedx/contracts';
import { adviceOf } from '../data/own-advice.js';
import { fromCursor, toCursor } from '../domain/cursor.js';
import { bytesOf, fitting } from '../domain/room.js';
import { adviserShown } from './discussion.js';

/**
 * What the caller advised, for their own record. Access is not asked: these are their own words, which they keep when a
 * case is closed to them, and nothing of the case or of anyone else is among them.
 * @throws AppError `invalid-input` for a cursor that cannot be right.
 */
export async function myAdvice(
  { db }: ServiceContext,
  caller: Caller,
  { cursor, limit }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { memberId } = asMember(caller);
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
  return {
    advice: page.map(({ withdrawnAt, withdrawnReason, adviser, links, postedAt, ...own }) => ({
      ...own,
      adviser: adviserShown(adviser),
      links: links ?? [],
      postedAt: postedAt.toISOString(),
      withdrawn: withdrawnAt && { at: withdrawnAt.toISOString(), reason: withdrawnReason ?? '' },
    })),
    nextCursor: isMore ? toCursor('activity', { at: last.postedAt, caseId: last.postId }) : null,
  };
}
