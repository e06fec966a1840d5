import type { Recommendation } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { chaseUnread } from '../data/chasing.js';
import { armTimer, disarmTimer } from '../data/timers.js';
import { leftAloneAt } from '../domain/ending.js';

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

/** Ends the chase of a post: a person has it, or it counts no more, and what replaced it is chased instead. */
export function endChase(tx: Transaction, caseId: string, postId: string): void {
  disarmTimer(tx, caseId, 'advice-unread', postId);
  disarmTimer(tx, caseId, 'attend-now', postId);
}
