import type { CaseStatus } from '@definitivedx/contracts';
import { conflict, type AppError } from '@definitivedx/errors';
import { isOpen, transition, type Condition, type Side, type Transition, type Trigger } from './status.js';

const dayMs = 24 * 60 * 60_000;

/** Days after its close during which a case may be reopened. */
export const reopenDays = 14;
/** Days for which opened advice is left alone until its case closes by itself. */
export const selfCloseDays = 14;

/** A moment some days of 24 hours later. */
export const daysAfter = (moment: Date, days: number): Date => new Date(moment.getTime() + days * dayMs);

/** Whether a case that was closed then may still be reopened. */
export const recentlyClosed = (closedAt: Date | null, now: Date): boolean =>
  closedAt !== null && now <= daysAfter(closedAt, reopenDays);

/** From when advice has been left alone for long enough: it was opened, and nothing was written since. */
export function leftAloneAt(openedAt: Date, lastPostAt: Date | null): Date {
  const since = lastPostAt !== null && lastPostAt > openedAt ? lastPostAt : openedAt;
  return daysAfter(since, selfCloseDays);
}

/** What is known of a case; what is not known is not so. */
export type Facts = Readonly<Partial<Record<Condition, boolean>>>;

const advised = 'There is advice on this case. Please close it with the survey instead.';

/** What to do about a condition that is not met. */
const sentences: Readonly<Record<Condition, string>> = {
  'advice-there':
    'This case has no advice to close it with yet. It can be closed once advice has been given.',
  survey: 'Answer the first two questions of the survey to close this case.',
  'advice-acknowledged':
    'Advice that had been read or copied was replaced or withdrawn. Whoever read it has to acknowledge that; then the case can be ended.',
  'no-advice-left': advised,
  'no-question-left': 'There is another question that waits for its answer.',
  'referral-allowed':
    'Whoever asked this case has not allowed that it becomes a referral. Recommend a referral in your advice instead.',
  'recently-closed': `A case can be reopened within ${String(reopenDays)} days of its close. Please share a new one.`,
  'read-and-left-alone': `Advice has to be opened and left alone for ${String(selfCloseDays)} days before its case closes by itself.`,
};

/** The first condition of a move that is not met, with what to do about it; undefined when nothing is in its way. */
export function unmet(
  { needs = [] }: Transition,
  facts: Facts,
): { readonly condition: Condition; readonly sentence: string } | undefined {
  const condition = needs.find((needed) => facts[needed] !== true);
  return condition && { condition, sentence: sentences[condition] };
}

/**
 * The status after a decision about a case as a whole.
 * @throws AppError `conflict` with a sentence that says why it cannot be taken now
 */
export function decided(status: CaseStatus, on: Trigger, by: Side, facts: Facts = {}): CaseStatus {
  const row = transition(status, on, by);
  if (!row) throw noMove(status, on);
  const lacking = unmet(row, facts);
  if (lacking) throw conflict(lacking.sentence);
  return row.to;
}

function noMove(status: CaseStatus, on: Trigger): AppError {
  if (on === 'reopen') {
    return conflict(
      isOpen(status)
        ? 'This case is open. Please ask in its discussion.'
        : 'Only a closed case can be reopened. Please share a new one.',
    );
  }
  if (!isOpen(status)) return conflict('This case has already ended. Please read it again.');
  switch (on) {
    case 'cancel':
      return conflict(advised);
    case 'convert':
      return conflict('This case waits for information from who asked it. It can be converted after that.');
    default:
      return conflict('This cannot be done with the case as it is now. Please read it again.');
  }
}

/** A moment that is after another one, however little the clocks of replicas differ. */
export const notBefore = (now: Date, earlier: Date | null): Date =>
  earlier !== null && now <= earlier ? new Date(earlier.getTime() + 1) : now;
