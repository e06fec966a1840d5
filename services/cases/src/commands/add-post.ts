import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  casePosted,
  type InputOf,
  type PostKind,
  type Recommendation,
  type ReplyOf,
  type addPost as contract,
} from '@definitivedx/contracts';
import { AppError, conflict, notFound } from '@definitivedx/errors';
import { v7 } from 'uuid';
import { hasGrant } from '../data/audience.js';
import { lockedCase, recordActivity } from '../data/cases.js';
import { insertPost } from '../data/posts.js';
import { acknowledgedBy } from '../data/responsibility.js';
import { note } from '../data/timeline.js';
import { checkTexts } from '../domain/findings.js';
import { authorOf, checkPost, statusAfter, type Author } from '../domain/posting.js';
import { bytesOf, checkRoom } from '../domain/room.js';
import { isOpen } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { adviceGiven } from './advice-course.js';
import { consultationSpokenFor, keepVoices, panelsOfAuthor } from './consulted-voice.js';
import { keepClock, type Answer } from './keep-clock.js';

/**
 * Adds a message to the discussion of an open case.
 * @throws AppError `version-mismatch` when the case moved on since the version the author had read; `conflict` when it
 * has ended or is full; `forbidden` or `invalid-input` by the posting rules.
 */
export async function addPost(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId, roles } = member;
  const { commandId, kind, body, recommendation, expectedVersion } = input;
  const { caseId, via, grantId } = await confirmAccess(service, member, input.caseId, 'post');
  const author = authorOf(via, roles);
  checkPost(author, kind, recommendation);
  checkTexts({ body });
  const panels = await panelsOfAuthor(service, member, caseId, { author, kind });

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const found = await lockedCase(tx, caseId);
      // A revoke may have been answered since access allowed this; after its reply nothing of theirs gets in.
      if (!found || (grantId !== null && !(await hasGrant(tx, caseId, grantId)))) throw notFound();
      if (expectedVersion !== undefined && expectedVersion !== found.version) throw movedOn();
      if (!isOpen(found.status)) {
        throw conflict(
          'This case has ended and takes no more posts. Please share a new one if a question is open.',
        );
      }
      const bytes = bytesOf(body);
      checkRoom(found.textBytes, bytes);

      const at = service.clock.now();
      const postId = v7();
      // The lead panel owns plan and clock of the case: what a consulted one writes moves its own clock alone.
      const spoken = await consultationSpokenFor(tx, caseId, found, memberId, panels);
      const status = spoken ? found.status : statusAfter(found.status, author, kind);
      await insertPost(tx, {
        postId,
        caseId,
        kind,
        authorId: memberId,
        organisationId,
        body,
        recommendation,
        bytes,
        at,
      });
      const { version } = await recordActivity(tx, caseId, status, at);
      const answer = spoken ? undefined : answerIn(author, kind, recommendation);
      await keepClock(tx, caseId, { before: found.status, after: status, answer, at });
      if (found.responsibleId === memberId) acknowledgedBy(tx, caseId, memberId, at);
      if (recommendation !== undefined) adviceGiven(tx, { caseId, postId, at, recommendation });
      const detail = { kind, recommendation: recommendation ?? null, from: found.status, to: status };
      note(tx, caseId, { kind: 'posted', actorId: memberId, subjectId: postId, detail, at });
      await keepVoices(tx, caseId, found, spoken, { author, kind, postId, memberId, at });

      const moment = at.toISOString();
      const { requesterId, responsibleId } = found;
      emit(tx, casePosted, caseId, {
        caseId,
        postId,
        kind,
        recommendation: recommendation ?? null,
        authorId: memberId,
        requesterId,
        responsibleId,
        status,
        at: moment,
      });
      const act = {
        act: 'case.post',
        caseId,
        memberId,
        organisationId,
        subjectId: postId,
        at: moment,
      } as const;
      emit(tx, caseActed, caseId, act);
      return { postId, status, version, postedAt: moment };
    }),
  );
}

/** What a post answers with, if it does: advice, or a specialist's question back. */
function answerIn(
  author: Author,
  kind: PostKind,
  recommendation: Recommendation | undefined,
): Answer | undefined {
  if (author !== 'specialist' || (kind !== 'advice' && kind !== 'question')) return undefined;
  return { kind, recommendation: recommendation ?? null };
}

const movedOn = (): AppError =>
  new AppError(
    'version-mismatch',
    'Something was added to this case since you read it. Please read it again; your text has not been posted.',
  );
