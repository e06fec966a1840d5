import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseMentioned,
  casePosted,
  type InputOf,
  type PostKind,
  type Recommendation,
  type ReplyOf,
  type addPost as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { AppError, conflict, invalidInput } from '@definitivedx/errors';
import { v7 } from 'uuid';
import { supersedeAdvice } from '../data/acknowledgements.js';
import { recordActivity, type CaseState } from '../data/cases.js';
import { attachFiles, mentionMembers } from '../data/post-parts.js';
import { insertPost, postState } from '../data/posts.js';
import { acknowledgedBy } from '../data/responsibility.js';
import { note } from '../data/timeline.js';
import { checkAdvice } from '../domain/advice.js';
import { checkTexts } from '../domain/findings.js';
import { authorOf, checkPost, statusAfter, type Author } from '../domain/posting.js';
import { bytesOf, bytesPerId, checkRoom } from '../domain/room.js';
import { isOpen } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { adviceGiven, adviceSuperseded } from './advice-course.js';
import { checkSuperseding, consultationSpokenFor, keepVoices, panelsOfAuthor } from './consulted-voice.js';
import { heldCase } from './held-case.js';
import { keepClock, type Answer } from './keep-clock.js';
import { checkParts, issuesOf } from './post-parts.js';

type Input = InputOf<typeof contract>;

/**
 * Adds a message to the discussion of an open case.
 * @throws AppError `version-mismatch` when the case moved on since the version the author had read; `conflict` when it
 * has ended or is full, or the advice to be superseded is no longer in force; `forbidden` or `invalid-input` by the
 * posting rules.
 */
export async function addPost(
  service: ServiceContext,
  caller: Caller,
  input: Input,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, roles } = member;
  const { commandId, kind, recommendation, expectedVersion } = input;
  const access = await confirmAccess(service, member, input.caseId, 'post');
  const { caseId } = access;
  const author = authorOf(access.via, roles);
  checkPost(author, kind, recommendation);
  checkAdvice(kind, input);
  checkTexts(textsOf(input));
  const [panels] = await Promise.all([
    panelsOfAuthor(service, member, caseId, { author, kind }),
    checkParts(service, member, caseId, input),
  ]);

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const found = await heldCase(tx, access);
      if (expectedVersion !== undefined && expectedVersion !== found.version) throw movedOn();
      if (!isOpen(found.status)) {
        throw conflict(
          'This case has ended and takes no more posts. Please share a new one if a question is open.',
        );
      }
      const at = service.clock.now();
      // The lead panel owns plan and clock of the case: what a consulted one writes moves its own clock alone.
      const spoken = await consultationSpokenFor(tx, caseId, found, memberId, panels);
      await checkSuperseding(tx, spoken, input.supersedes);
      const status = spoken ? found.status : statusAfter(found.status, author, kind);
      const postId = await insert(tx, member, { ...input, caseId }, { author, found, at });
      const { version } = await recordActivity(tx, caseId, status, at);
      const answer = spoken ? undefined : answerIn(author, kind, recommendation);
      await keepClock(tx, caseId, { before: found.status, after: status, answer, at });
      if (found.responsibleId === memberId) acknowledgedBy(tx, caseId, memberId, at);
      if (recommendation !== undefined) adviceGiven(tx, { caseId, postId, at, recommendation });
      if (input.supersedes !== undefined && recommendation !== undefined)
        await adviceSuperseded(tx, { caseId, postId, recommendation, oldId: input.supersedes, at });
      const detail = { kind, recommendation: recommendation ?? null, from: found.status, to: status };
      note(tx, caseId, { kind: 'posted', actorId: memberId, subjectId: postId, detail, at });
      await keepVoices(tx, caseId, found, spoken, { author, kind, postId, memberId, at });
      tell(tx, member, { ...input, caseId }, { postId, found, status, at });
      return { postId, status, version, postedAt: at.toISOString() };
    }),
  );
}

/** Everything people wrote, by where it is in the input. */
function textsOf({ body, safetyNet, links }: Input): Record<string, string | undefined> {
  const ofLinks = links.flatMap(({ title, url }, place) => [
    [`links.${String(place)}.title`, title],
    [`links.${String(place)}.url`, url],
  ]);
  return { body, safetyNet, ...(Object.fromEntries(ofLinks) as Record<string, string>) };
}

/** Writes the post and what goes with it. @returns its id. */
async function insert(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  input: Input,
  { author, found, at }: { author: Author; found: CaseState; at: Date },
): Promise<string> {
  const { caseId, attachments, mentions, supersedes } = input;
  const texts = Object.values(textsOf(input)).filter((text) => text !== undefined);
  const bytes = bytesOf(...texts) + bytesPerId * (attachments.length + mentions.length);
  checkRoom(found.textBytes, bytes);
  const postId = v7();
  await insertPost(tx, {
    postId,
    caseId,
    kind: input.kind,
    authorId: memberId,
    organisationId,
    asking: author === 'requester',
    body: input.body,
    recommendation: input.recommendation,
    adviser: input.adviser,
    safetyNet: input.safetyNet,
    links: input.links,
    bytes,
    at,
  });
  if (attachments.length > 0) {
    const attached = await attachFiles(tx, { caseId, postId }, attachments);
    const issues = issuesOf('attachments', attachments, (fileId) =>
      attached.has(fileId) ? undefined : 'This file belongs to another post already.',
    );
    if (issues.length > 0) throw invalidInput('A file belongs to one post alone.', issues);
  }
  if (mentions.length > 0) mentionMembers(tx, { caseId, postId }, mentions);
  if (supersedes !== undefined) {
    await checkInForce(tx, caseId, supersedes);
    supersedeAdvice(tx, { caseId, oldId: supersedes, newId: postId, at });
    const detail = { by: postId };
    note(tx, caseId, { kind: 'advice-superseded', actorId: memberId, subjectId: supersedes, detail, at });
  }
  return postId;
}

async function checkInForce(tx: Transaction, caseId: string, postId: string): Promise<void> {
  const old = await postState(tx, caseId, postId);
  if (old?.kind !== 'advice') {
    throw invalidInput('There is no such advice to supersede.', [
      { path: 'supersedes', message: 'Name advice of this case.' },
    ]);
  }
  if (old.supersededBy !== null || old.withdrawnAt !== null) {
    throw conflict(
      'The advice that this supersedes is no longer in force: it was superseded or withdrawn. Please read the case again.',
    );
  }
}

function tell(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  { caseId, kind, recommendation, mentions }: Input,
  { postId, found, status, at }: { postId: string; found: CaseState; status: CaseState['status']; at: Date },
): void {
  const moment = at.toISOString();
  const { requesterId, responsibleId } = found;
  const about = { caseId, postId, authorId: memberId, requesterId, responsibleId, at: moment };
  emit(tx, casePosted, caseId, { ...about, kind, recommendation: recommendation ?? null, status });
  if (mentions.length > 0) emit(tx, caseMentioned, caseId, { ...about, memberIds: mentions });
  const act = { act: 'case.post', caseId, memberId, organisationId, subjectId: postId, at: moment } as const;
  emit(tx, caseActed, caseId, act);
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
