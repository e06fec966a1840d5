import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  postChanged,
  type CaseStatus,
  type InputOf,
  type ReplyOf,
  type withdrawPost as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { oweWithdrawal } from '../data/acknowledgements.js';
import { recordActivity } from '../data/cases.js';
import { markWithdrawn, whatIsLeft, type PostState } from '../data/posts.js';
import { note } from '../data/timeline.js';
import { checkWithdrawal } from '../domain/editing.js';
import { checkTexts } from '../domain/findings.js';
import { bytesOf } from '../domain/room.js';
import { unmet } from '../domain/ending.js';
import { transition } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { adviceWithdrawn } from './advice-course.js';
import { heldPost } from './held-case.js';
import { keepClock } from './keep-clock.js';

/**
 * Takes a post back, also in a case that has ended: it keeps its place, and its content is shown to nobody who reads the
 * case. Advice that was the last in force, or the last open question of the specialists, has the case await advice again.
 * @throws AppError `forbidden` to anyone but its author; `conflict` when it was withdrawn already.
 */
export async function withdrawPost(
  service: ServiceContext,
  caller: Caller,
  { commandId, postId, reason, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const access = await confirmAccess(service, member, input.caseId, 'post');
  const { caseId } = access;
  checkTexts({ reason });

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const { found, post } = await heldPost(tx, access, postId);
      checkWithdrawal(post, memberId);
      const at = service.clock.now();
      // However full the case is, what is wrong can be taken back.
      markWithdrawn(tx, { caseId, postId, reason, bytes: bytesOf(reason), at });
      if (post.kind === 'advice' && post.supersededBy === null) oweWithdrawal(tx, caseId, postId, at);
      if (post.kind === 'advice') await adviceWithdrawn(tx, { caseId, postId, at }, { post, found });
      const status = await statusWithout(tx, caseId, found.status, post);
      const { version } = await recordActivity(tx, caseId, status, at);
      await keepClock(tx, caseId, { before: found.status, after: status, at });
      const detail = { kind: post.kind, from: found.status, to: status };
      note(tx, caseId, { kind: 'post-withdrawn', actorId: memberId, subjectId: postId, detail, at });

      const moment = at.toISOString();
      emit(tx, postChanged, caseId, {
        caseId,
        postId,
        kind: post.kind,
        change: 'withdrawn',
        authorId: memberId,
        requesterId: found.requesterId,
        responsibleId: found.responsibleId,
        status,
        at: moment,
      });
      emit(tx, caseActed, caseId, {
        act: 'case.withdraw-post',
        caseId,
        memberId,
        organisationId,
        subjectId: postId,
        at: moment,
      });
      return { postId, status, version, withdrawnAt: moment };
    }),
  );
}

/** The status once a post is withdrawn: the table moves it when nothing of its kind is left. */
async function statusWithout(
  tx: Transaction,
  caseId: string,
  status: CaseStatus,
  { kind }: PostState,
): Promise<CaseStatus> {
  if (kind !== 'advice' && kind !== 'question') return status;
  const trigger = kind === 'advice' ? 'advice-withdrawn' : 'question-withdrawn';
  const row = transition(status, trigger, 'specialist');
  if (!row) return status;
  const left = await whatIsLeft(tx, caseId);
  const facts = { 'no-advice-left': !left.advice, 'no-question-left': !left.question };
  return unmet(row, facts) ? status : row.to;
}
