import type { Recommendation } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { armTimer } from '../data/timers.js';
import { leftAloneAt } from '../domain/ending.js';

/** Advice in a case whose row the transaction has locked. */
export interface AdviceMoment {
  readonly caseId: string;
  readonly postId: string;
  readonly at: Date;
}

/** Advice was given: what is to happen when nobody on the asking side opens it begins here. */
export function adviceGiven(
  _tx: Transaction,
  _advice: AdviceMoment & { readonly recommendation: Recommendation },
): void {
  // Chasing unread advice arms its timers here.
}

/** Somebody on the asking side opened advice, the first of them to do so. */
export function adviceOpened(
  tx: Transaction,
  { caseId, postId, at }: AdviceMoment & { readonly memberId: string },
): void {
  // Chasing ends here. Left alone from now on, the case closes by itself.
  armTimer(tx, { kind: 'self-close', caseId, subjectId: postId, dueAt: leftAloneAt(at, null) }, at);
}

/** Somebody on the asking side acknowledged advice: they have it, and it was no machine that opened it. */
export function adviceAcknowledged(
  _tx: Transaction,
  _advice: AdviceMoment & { readonly memberId: string },
): void {
  // What only a person's word can end, ends here.
}
