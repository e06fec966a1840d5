import { asMember, type Caller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  followCase as contract,
  unfollowCase as without,
} from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { beforeFollowing, deleteFollow, insertFollow } from '../data/following.js';
import { confirmAccess } from '../queries/confirm-access.js';

/** A list of those followed is sorted whole, and who follows more follows none. */
const mostFollowed = 1_000;

/**
 * Puts a case among those the caller follows. Once their access ends it is in no list of theirs, followed or not.
 * @throws AppError `not-found` for a case they may not see; `conflict` when they follow too many
 */
export async function followCase(
  service: ServiceContext,
  caller: Caller,
  { commandId, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId } = member;
  const { caseId } = await confirmAccess(service, member, input.caseId, 'list');
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const [[others], [found]] = await tx.runAll(...beforeFollowing(memberId, caseId));
      // Access hears of a case before it is committed here: until then there is none.
      if (!found) throw notFound();
      if ((others?.cases ?? 0) >= mostFollowed) {
        throw conflict(`You follow ${String(mostFollowed)} cases. Please take some off the list first.`);
      }
      insertFollow(tx, memberId, caseId, service.clock.now());
      return { followed: true };
    }),
  );
}

/** Takes a case from among those the caller follows. @throws AppError `not-found` for a case they may not see */
export async function unfollowCase(
  service: ServiceContext,
  caller: Caller,
  { commandId, ...input }: InputOf<typeof without>,
): Promise<ReplyOf<typeof without>> {
  const member = asMember(caller);
  const { memberId } = member;
  const { caseId } = await confirmAccess(service, member, input.caseId, 'list');
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, () => {
      deleteFollow(tx, memberId, caseId);
      return Promise.resolve({ followed: false });
    }),
  );
}
