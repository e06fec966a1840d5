import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, replyOf, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseAnswerers,
  casePosted,
  caseReopened,
  type InputOf,
  type ReplyOf,
  type reopenCase as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, notFound } from '@definitivedx/errors';
import { v7 } from 'uuid';
import { caseState, lockedCase, makeResponsible, recordActivity, setLeadPanel } from '../data/cases.js';
import { endingState, undoEnding } from '../data/endings.js';
import { dropFollowUps } from '../data/follow-ups.js';
import { insertPost } from '../data/posts.js';
import { clockOf } from '../data/response-clock.js';
import { endOffer } from '../data/teaching.js';
import { note } from '../data/timeline.js';
import { disarmTimer } from '../data/timers.js';
import { decided, notBefore, recentlyClosed } from '../domain/ending.js';
import { checkTexts } from '../domain/findings.js';
import {
  anySpecialist,
  candidatesFor,
  chooseResponsible,
  panelsOf,
  type Candidate,
  type LastResort,
} from '../domain/responsible.js';
import { bytesOf, checkRoom } from '../domain/room.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { onCallFor, thoseWhoMaySee } from '../queries/who-answers.js';
import { keepClock } from './keep-clock.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

/** Who answers and which panel leads, as of one version of the case. */
interface Answering {
  readonly version: number;
  readonly next: Candidate | LastResort | undefined;
  readonly panels: readonly string[];
}

const attempts = 5;

/**
 * Asks again in a case that was closed a short time ago. Whoever would answer for it if it were asked now, of those it
 * is shared with, becomes responsible; its clock starts anew, and what was planned to be asked later is dropped.
 * @throws AppError `not-found` to anyone but its asking side; `conflict` when it is too late, it is not closed, or
 * nobody it is shared with could answer.
 */
export async function reopenCase(service: ServiceContext, caller: Caller, given: Input): Promise<Reply> {
  const member = asMember(caller);
  const { caseId } = await confirmAccess(service, member, given.caseId, 'close');
  checkTexts({ question: given.question });
  const input = { ...given, caseId };
  const done = await replyOf<Reply>(service.db, input.commandId, member.memberId);
  if (done) return done.reply;

  // As in a revoke: others are asked before the transaction, and again when the case has moved on meanwhile.
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const answering = await whoAnswersNow(service, member, caseId);
    try {
      return await service.db.transaction((tx) =>
        once(tx, input.commandId, member.memberId, () =>
          write(tx, member, input, answering, service.clock.now()),
        ),
      );
    } catch (error) {
      if (!(error instanceof MovedOn)) throw error;
    }
  }
  throw conflict('The case is very busy just now. Please repeat this in a moment.');
}

class MovedOn extends Error {}

async function whoAnswersNow(
  service: ServiceContext,
  member: MemberCaller,
  caseId: string,
): Promise<Answering> {
  const found = await caseState(service.db, caseId);
  if (!found) throw notFound();
  const { version, requesterId, leadPanelId } = found;
  const { bus } = service;
  const { answerers, specialists, maySee } = await bus.request(caseAnswerers, await bus.self(), { caseId });
  const panels = panelsOf(answerers);
  const onCall = await onCallFor(service, member, panels);
  const candidates = [...candidatesFor(answerers, onCall, leadPanelId), ...anySpecialist(specialists)];
  const onDuty = [...onCall.values()].filter((memberId) => memberId !== null);
  const able = new Set([...maySee, ...(await thoseWhoMaySee(service, caseId, onDuty))]);
  const next = chooseResponsible(candidates, able, requesterId);
  return { version, next, panels };
}

async function write(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  { caseId, question }: Input,
  { version: asOf, next, panels }: Answering,
  now: Date,
): Promise<Reply> {
  const found = await lockedCase(tx, caseId);
  if (!found) throw notFound();
  const state = await endingState(tx, caseId);
  const facts = { 'recently-closed': recentlyClosed(state.endedAt, now) };
  const status = decided(found.status, 'reopen', 'requester', facts);
  if (found.version !== asOf) throw new MovedOn();
  if (!next) {
    throw conflict(
      'Nobody this case is shared with could answer it any more. Please share a new one with a panel or a specialist.',
    );
  }
  const bytes = bytesOf(question);
  checkRoom(found.textBytes, bytes);

  const at = notBefore(now, state.turnedAt);
  const postId = v7();
  undoEnding(tx, caseId, memberId, at);
  dropFollowUps(tx, caseId);
  disarmTimer(tx, caseId, 'follow-up');
  const wasTaught = await endOffer(tx, caseId, null, at);
  if (wasTaught) note(tx, caseId, { kind: 'teaching-ended', actorId: null, detail: { why: 'reopened' }, at });
  await insertPost(tx, {
    ...{ postId, caseId, kind: 'question', authorId: memberId, organisationId },
    ...{ asking: true, body: question, recommendation: undefined, adviser: undefined, links: [], bytes, at },
  });
  makeResponsible(tx, caseId, next, at);
  // Panels may have lost the case since: of those that see it, the one asked first leads.
  if (found.leadPanelId === null ? panels.length > 0 : !panels.includes(found.leadPanelId)) {
    await setLeadPanel(tx, caseId, panels[0] ?? null);
  }
  await keepClock(tx, caseId, { before: found.status, after: status, at });
  const { version } = await recordActivity(tx, caseId, status, at);
  const clock = await clockOf(tx, caseId);

  note(tx, caseId, { kind: 'reopened', actorId: memberId, subjectId: postId, detail: { to: status }, at });
  const { memberId: responsibleId, reason } = next;
  note(tx, caseId, { kind: 'responsible', actorId: null, subjectId: responsibleId, detail: { reason }, at });
  const moment = at.toISOString();
  const { requesterId } = found;
  emit(tx, caseReopened, caseId, { caseId, at: moment });
  emit(tx, casePosted, caseId, {
    ...{ caseId, postId, kind: 'question', recommendation: null, authorId: memberId },
    ...{ requesterId, responsibleId, status, at: moment },
  });
  const act = {
    act: 'case.reopen',
    caseId,
    memberId,
    organisationId,
    subjectId: postId,
    at: moment,
  } as const;
  emit(tx, caseActed, caseId, act);
  const answerBy = clock?.dueAt.toISOString() ?? null;
  return { status, version, postId, responsibleId, answerBy, reopenedAt: moment };
}
