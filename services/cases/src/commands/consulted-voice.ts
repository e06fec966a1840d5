import type { MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { callerPrincipals, type PostKind } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { invalidInput } from '@definitivedx/errors';
import { caseState, type CaseState } from '../data/cases.js';
import {
  consultationOfAdvice,
  consultationsOf,
  noteConsultedAdvice,
  type Consultation,
} from '../data/consultations.js';
import { note } from '../data/timeline.js';
import type { Author } from '../domain/posting.js';
import { endConsultation, pauseConsultation, resumeConsultations } from './keep-consultations.js';

/** What somebody writes, as far as it may be the word of a panel that was asked in. */
interface Written {
  readonly author: Author;
  readonly kind: PostKind;
}

/** By which panels a specialist answers; undefined where nothing hangs on it. Asked before the transaction. */
export async function panelsOfAuthor(
  service: ServiceContext,
  member: MemberCaller,
  caseId: string,
  { author, kind }: Written,
): Promise<ReadonlySet<string> | undefined> {
  if (author !== 'specialist' || (kind !== 'advice' && kind !== 'question')) return undefined;
  const found = await caseState(service.db, caseId);
  if (!found?.consulting || found.responsibleId === member.memberId) return undefined;
  const { principals } = await service.bus.request(callerPrincipals, member, {});
  return new Set(principals);
}

/**
 * For which consulted panel a specialist speaks: one that was asked in, also after it has answered. Who answers for the
 * case, and the panel that leads it, speak for the case itself, also when they are in both.
 */
export async function consultationSpokenFor(
  tx: Transaction,
  caseId: string,
  { consulting, leadPanelId, responsibleId }: CaseState,
  memberId: string,
  panels: ReadonlySet<string> | undefined,
): Promise<Consultation | undefined> {
  if (!panels || !consulting || responsibleId === memberId) return undefined;
  if (leadPanelId !== null && panels.has(leadPanelId)) return undefined;
  const theirs = (await consultationsOf(tx, caseId)).filter(({ panelId }) => panels.has(panelId));
  return theirs.find(({ ended }) => ended === null) ?? theirs.findLast(({ ended }) => ended === 'answered');
}

/**
 * Refuses that a consulted panel supersedes what is not its own: its advice is no plan, and would leave the case without
 * one while it still counts as advised.
 * @throws AppError `invalid-input` for advice of the panel that leads, or of another consultation.
 */
export async function checkSuperseding(
  tx: Transaction,
  spoken: Consultation | undefined,
  supersedes: string | undefined,
): Promise<void> {
  if (!spoken || supersedes === undefined) return;
  if ((await consultationOfAdvice(tx, supersedes)) === spoken.consultationId) return;
  throw invalidInput('A panel that was asked in replaces its own advice alone.', [
    {
      path: 'supersedes',
      message: 'Name advice of your own panel, or leave this out and say in yours what you see differently.',
    },
  ]);
}

/** Has the clocks of consulted panels follow a post: their advice ends theirs, their question waits for the asking side. */
export async function keepVoices(
  tx: Transaction,
  caseId: string,
  { consulting }: CaseState,
  spoken: Consultation | undefined,
  post: Written & { readonly postId: string; readonly memberId: string; readonly at: Date },
): Promise<void> {
  const { kind, postId, memberId, at } = post;
  if (spoken && kind === 'advice') {
    noteConsultedAdvice(tx, postId, spoken.consultationId);
    if (spoken.ended !== null) return;
    endConsultation(tx, caseId, spoken, 'answered', at);
    note(tx, caseId, { kind: 'consultation-answered', actorId: memberId, subjectId: spoken.panelId, at });
  } else if (spoken) {
    pauseConsultation(tx, caseId, spoken, at);
  } else if (consulting && post.author === 'requester' && kind !== 'note') {
    await resumeConsultations(tx, caseId, at);
  }
}
