import type { Candidate } from './responsible.js';
import { inLondon } from './london-time.js';

/** What an asker is told before a case is sent. */
export interface Expectation {
  readonly responsible: { readonly name: string; readonly as: Candidate['reason'] };
  readonly answerBy: Date;
  /** Null while the panel is open. */
  readonly lookingFrom: Date | null;
  readonly phone: string | null;
}

const roleOf: Readonly<Record<Candidate['reason'], string>> = {
  'on-call': 'on call now',
  'panel-lead': 'who leads the panel and answers while nobody is on call',
  'invited-specialist': 'whom you invite',
};

/** The same in words. */
export function expectationInWords({ responsible, answerBy, lookingFrom, phone }: Expectation): string {
  const call = phone ?? 'call 999 or your local paediatric team';
  const unwell = `f the child is unwell now: ${call}.`;
  const sentences = [
    `${responsible.name}, ${roleOf[responsible.as]}, will be responsible for this case.`,
    `Expect an answer by ${inLondon(answerBy)}.`,
    lookingFrom === null ? `I${unwell}` : `Nobody is looking before ${inLondon(lookingFrom)}; i${unwell}`,
  ];
  return sentences.join(' ');
}
