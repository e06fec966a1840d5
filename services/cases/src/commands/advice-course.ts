import type { Recommendation } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import type { CaseState } from '../data/cases.js';
import { attendNowDue, chaseUnread } from '../data/chasing.js';
import { openedAdviceBefore } from '../data/endings.js';
import type { PostState } from '../data/posts.js';
import { armTimer, disarmTimer } from '../data/timers.js';
import { leftAloneAt } from '../domain/ending.js';
import { isOpen } from '../domain/status.js';

/** Advice in a case whose row the transaction has locked. */
export interface AdviceMoment {
  readonly caseId: string;
  readonly postId: string;
  readonly at: Date;
}

/**
 * Advice was given: it is chased until somebody on the asking side opens it, and a child who is to attend now until
 * somebody says that they know. The timers are rows, so that no restart ends the chase.
 */
export function adviceGiven(
  tx: Transaction,
  { caseId, postId, at, recommendation }: AdviceMoment & { readonly recommendation: Recommendation },
): void {
  if (recommendation === 'ATTEND_NOW') {
    armTimer(tx, { kind: 'attend-now', caseId, subjectId: postId, dueAt: at }, at);
  } else {
    chaseUnread(tx, { caseId, postId, at });
  }
}

/**
 * Somebody on the asking side opened advice, the first of them to do so. It is chased no more, unless the child is to
 * attend now; left alone from now on, the case closes by itself.
 */
export function adviceOpened(
  tx: Transaction,
  { caseId, postId, at }: AdviceMoment & { readonly memberId: string },
): void {
  disarmTimer(tx, caseId, 'advice-unread', postId);
  armTimer(tx, { kind: 'self-close', caseId, subjectId: postId, dueAt: leftAloneAt(at, null) }, at);
}

/** Somebody on the asking side acknowledged advice: they have it, and it was no machine that opened it. */
export function adviceAcknowledged(
  tx: Transaction,
  { caseId, postId }: AdviceMoment & { readonly memberId: string },
): void {
  endChase(tx, caseId, postId);
}

/**
 * Advice was replaced, and what replaces it is chased in its place. Where a child was to attend now and nobody has
 * acknowledged that, the new advice is chased as insistently, whatever it says: somebody may be acting on the old.
 */
export async function adviceSuperseded(
  tx: Transaction,
  {
    caseId,
    postId,
    oldId,
    recommendation,
    at,
  }: AdviceMoment & { readonly oldId: string; readonly recommendation: Recommendation },
): Promise<void> {
  // The timer is there until a person has acknowledged the advice, or a call is recorded: the case is locked.
  const dueAt = await attendNowDue(tx, caseId, oldId);
  endChase(tx, caseId, oldId);
  if (dueAt === undefined || recommendation === 'ATTEND_NOW') return;
  disarmTimer(tx, caseId, 'advice-unread', postId);
  armTimer(tx, { kind: 'attend-now', caseId, subjectId: postId, dueAt }, at);
}

/**
 * Advice was withdrawn: it is chased no more. When older advice is the latest in force by that, and was opened, the case
 * closes by itself as if that had been opened now: its own timer may have been used up while there was newer advice.
 */
export async function adviceWithdrawn(
  tx: Transaction,
  { caseId, postId, at }: AdviceMoment,
  { post, found }: { readonly post: PostState; readonly found: CaseState },
): Promise<void> {
  endChase(tx, caseId, postId);
  if (post.supersededBy !== null || !isOpen(found.status)) return;
  const subjectId = await openedAdviceBefore(tx, caseId, post.number);
  if (subjectId === undefined) return;
  armTimer(tx, { kind: 'self-close', caseId, subjectId, dueAt: leftAloneAt(at, null) }, at);
}

/** Ends the chase of a post: a person has it, or it counts no more, and what replaced it is chased instead. */
export function endChase(tx: Transaction, caseId: string, postId: string): void {
  disarmTimer(tx, caseId, 'advice-unread', postId);
  disarmTimer(tx, caseId, 'attend-now', postId);
}
