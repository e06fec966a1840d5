import { emit } from '@definitivedx/bus';
import { caseAnswered, type CaseStatus, type Recommendation } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { clockOf, saveClock } from '../data/response-clock.js';
import { endAllConsultations } from './keep-consultations.js';
import { firstAnswer, follow } from '../domain/response-clock.js';

/** What a specialist wrote that counts as an answer: advice, or a question back. */
export interface Answer {
  readonly kind: 'advice' | 'question';
  readonly recommendation: Recommendation | null;
}

interface Move {
  readonly before: CaseStatus;
  readonly after: CaseStatus;
  readonly answer?: Answer | undefined;
  readonly at: Date;
}

/** Has the response clock of a case, whose row is locked, follow its status, and measures its first answer. */
export async function keepClock(
  tx: Transaction,
  caseId: string,
  { before, after, answer, at }: Move,
): Promise<void> {
  if (before === after && !answer) return;
  await endAllConsultations(tx, caseId, after, at);
  const clock = await clockOf(tx, caseId);
  if (!clock) return;
  const measured = answer && firstAnswer(clock, at);
  const moved = follow(clock, before, after, at);
  const kept = measured ? { ...moved, firstAnswerAt: at } : moved;
  if (kept === clock) return;
  await saveClock(tx, caseId, kept);
  if (measured) {
    emit(tx, caseAnswered, caseId, { caseId, ...answer, ...measured, at: at.toISOString() });
  }
}
