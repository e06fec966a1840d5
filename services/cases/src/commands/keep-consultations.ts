import type { CaseStatus } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import {
  consultationsOf,
  saveConsultation,
  type Consultation,
  type ConsultationEnd,
} from '../data/consultations.js';
import { note } from '../data/timeline.js';
import { pause, resume, stop } from '../domain/response-clock.js';
import { isOpen } from '../domain/status.js';

/** Ends the part of a consulted panel. The case is locked. */
export function endConsultation(
  tx: Transaction,
  caseId: string,
  consultation: Consultation,
  ended: ConsultationEnd,
  at: Date,
): void {
  saveConsultation(tx, caseId, { ...consultation, clock: stop(consultation.clock, at), ended });
  if (ended === 'answered' || ended === 'case-ended') return;
  const { panelId: subjectId } = consultation;
  note(tx, caseId, { kind: 'consultation-ended', actorId: null, subjectId, detail: { why: ended }, at });
}

/** Those of the consultations of a case that still await an answer. */
export const openConsultations = async (tx: Transaction, caseId: string): Promise<Consultation[]> =>
  (await consultationsOf(tx, caseId)).filter(({ ended }) => ended === null);

/** What a case that has ended awaits from the panels that were asked in: nothing. */
export async function endAllConsultations(
  tx: Transaction,
  caseId: string,
  after: CaseStatus,
  at: Date,
): Promise<void> {
  if (isOpen(after)) return;
  for (const one of await openConsultations(tx, caseId)) endConsultation(tx, caseId, one, 'case-ended', at);
}

/** Has consulted panels that asked back wait for the asking side no more, as it has written. */
export async function resumeConsultations(tx: Transaction, caseId: string, at: Date): Promise<void> {
  for (const one of await openConsultations(tx, caseId)) {
    if (one.clock.runningSince === null)
      saveConsultation(tx, caseId, { ...one, clock: resume(one.clock, at) });
  }
}

/** Has a consulted panel, which asked back, wait for the asking side. */
export function pauseConsultation(tx: Transaction, caseId: string, one: Consultation, at: Date): void {
  if (one.ended === null) saveConsultation(tx, caseId, { ...one, clock: pause(one.clock, at) });
}
