import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  postChanged,
  type InputOf,
  type ReplyOf,
  type editPost as contract,
} from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { recordChange } from '../data/cases.js';
import { replaceText } from '../data/posts.js';
import { note } from '../data/timeline.js';
import { checkEditing } from '../domain/editing.js';
import { checkTexts } from '../domain/findings.js';
import { authorOf } from '../domain/posting.js';
import { bytesOf, checkRoom } from '../domain/room.js';
import { isOpen } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { heldPost } from './held-case.js';

/**
 * Gives a post of the asking side another text; the former one is kept. The version moves on, so that whoever answers
 * what they had read before is told to read again.
 * @throws AppError `forbidden` to anyone but its author on the asking side; `conflict` when the case has ended or is
 * full, or the time for it is over.
 */
export async function editPost(
  service: ServiceContext,
  caller: Caller,
  { commandId, postId, body, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const access = await confirmAccess(service, member, input.caseId, 'post');
  const { caseId } = access;
  checkTexts({ body });

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const { found, post } = await heldPost(tx, access, postId);
      const at = service.clock.now();
      checkEditing(post, { memberId, author: authorOf(access.via, member.roles), at });
      if (!isOpen(found.status)) throw conflict('This case has ended, so that its posts stay as they are.');
      if (post.body === body) return { postId, version: found.version, editedAt: null };
      // What it replaces is kept, so that each text takes room of its own.
      const bytes = bytesOf(body);
      checkRoom(found.textBytes, bytes);
      replaceText(tx, { caseId, postId, body, bytes, at });
      const version = await recordChange(tx, caseId, found.status);
      note(tx, caseId, { kind: 'post-edited', actorId: memberId, subjectId: postId, at });

      const moment = at.toISOString();
      emit(tx, postChanged, caseId, {
        caseId,
        postId,
        kind: post.kind,
        change: 'edited',
        authorId: memberId,
        requesterId: found.requesterId,
        responsibleId: found.responsibleId,
        status: found.status,
        at: moment,
      });
      emit(tx, caseActed, caseId, {
        act: 'case.edit-post',
        caseId,
        memberId,
        organisationId,
        subjectId: postId,
        at: moment,
      });
      return { postId, version, editedAt: moment };
    }),
  );
}
