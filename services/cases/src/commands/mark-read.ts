import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, markRead as contract } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { invalidInput } from '@definitivedx/errors';
import { oweWhatCameAfter } from '../data/acknowledgements.js';
import { openAdvice, postCount, setMark, unreadCount } from '../data/read-marks.js';
import { note } from '../data/timeline.js';
import { asks } from '../domain/posting.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { adviceOpened } from './advice-course.js';
import { heldCase } from './held-case.js';

/**
 * Marks what the caller has read. Doing it again changes nothing, so that it needs no command id. When it is the asking
 * side's first mark past some advice, that advice has been opened.
 * @throws AppError `invalid-input` for a number that no post has yet.
 */
export async function markRead(
  service: ServiceContext,
  caller: Caller,
  { number, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId } = member;
  const access = await confirmAccess(service, member, input.caseId, 'read');
  const { caseId } = access;
  const asking = asks(access.via);

  return service.db.transaction(async (tx) => {
    await heldCase(tx, access);
    const posts = await postCount(tx, caseId);
    if (number > posts) {
      throw invalidInput('There is no such post to have read.', [
        { path: 'number', message: `The last post of this case has the number ${String(posts)}.` },
      ]);
    }
    const at = service.clock.now();
    const seen = await setMark(tx, { caseId, memberId, number, asking, at });
    if (asking) {
      await openedByAskingSide(tx, { caseId, memberId, upTo: seen, at });
      oweWhatCameAfter(tx, { caseId, memberId, seen, at });
    }
    return { seen, unread: await unreadCount(tx, caseId, memberId) };
  });
}

/** Notes which advice somebody on the asking side has opened as the first of them. The case is locked. */
export async function openedByAskingSide(
  tx: Transaction,
  of: {
    readonly caseId: string;
    readonly memberId: string;
    readonly upTo?: number;
    readonly postId?: string;
    readonly at: Date;
  },
): Promise<void> {
  const { caseId, memberId, at } = of;
  for (const postId of await openAdvice(tx, of)) {
    note(tx, caseId, { kind: 'advice-opened', actorId: memberId, subjectId: postId, at });
    adviceOpened(tx, { caseId, postId, memberId, at });
  }
}
