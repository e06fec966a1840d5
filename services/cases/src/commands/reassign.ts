import { emit, type ServiceContext } from '@definitivedx/bus';
import {
  caseAnswerers,
  caseEnded,
  nobodyLeft,
  responsibilityGiven,
  type CaseStatus,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict } from '@definitivedx/errors';
import {
  caseState,
  endResponsibility,
  lockedCase,
  makeResponsible,
  recordChange,
  setLeadPanel,
  type CaseState,
} from '../data/cases.js';
import { insertEnding } from '../data/endings.js';
import { note } from '../data/timeline.js';
import { disarmTimer, spendTimer, type TimerRow } from '../data/timers.js';
import {
  anySpecialist,
  candidatesFor,
  chooseResponsible,
  panelsOf,
  type Candidate,
  type LastResort,
} from '../domain/responsible.js';
import { isOpen, move } from '../domain/status.js';
import { onCallFor, thoseWhoMaySee } from '../queries/who-answers.js';
import { keepClock } from './keep-clock.js';
import { endConsultation, openConsultations } from './keep-consultations.js';

/** What follows for a case from who can see it now, as of one version of it. */
export interface Outlook {
  readonly version: number;
  /** Who is to answer: whoever does already, somebody else, or, when it is undefined, nobody is left who could. */
  readonly next: 'stays' | Candidate | LastResort | undefined;
  /** The panels that take part in it now, in the order they were asked. */
  readonly panelIds: readonly string[];
  /** The shares that are open by the word of access. */
  readonly grantIds: readonly string[];
}

/** Why who answers is looked at; goes on the timeline. */
export type Why = 'access-ended' | 'revoked' | 'expired' | 'led-anew';

/** Thrown when a case changed between asking others and writing: what was found does not hold any more. */
export class MovedOn extends Error {}

const attempts = 5;

/**
 * Asks the others who answers for an open case from now on. Whoever does stays as long as they may see it and could
 * be chosen for it anew: as a specialist who was invited or is in one of its panels, as a panel's lead, or while on call.
 * @param options `anew`: chosen again as for a new case, also when whoever answers could go on
 */
export async function outlookOf(
  service: ServiceContext,
  caseId: string,
  { version, status, requesterId, responsibleId, leadPanelId }: CaseState,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<Outlook> {
  const { bus } = service;
  const memberIds = responsibleId === null ? [] : [responsibleId];
  const { answerers, specialists, maySee } = await bus.request(caseAnswerers, await bus.self(), {
    caseId,
    memberIds,
  });
  const panelIds = panelsOf(answerers);
  const as = { version, panelIds, grantIds: answerers.map(({ grantId }) => grantId) };
  const able = new Set(maySee);
  if (!isOpen(status) || responsibleId === null) return { ...as, next: 'stays' };
  const couldAnswer =
    answerers.some(({ leadMemberId }) => leadMemberId === responsibleId) ||
    specialists.some(({ memberId }) => memberId === responsibleId);
  if (couldAnswer && able.has(responsibleId) && !anew) return { ...as, next: 'stays' };

  const onCall = await onCallFor(service, await bus.self(), panelIds.slice(0, 50));
  const candidates = candidatesFor(answerers, onCall, leadPanelId);
  const onDuty = [...onCall.values()].filter((memberId) => memberId !== null);
  const stays = able.has(responsibleId) && (couldAnswer || onDuty.includes(responsibleId));
  if (stays && !anew) return { ...as, next: 'stays' };
  for (const memberId of await thoseWhoMaySee(service, caseId, onDuty)) able.add(memberId);
  const next = chooseResponsible([...candidates, ...anySpecialist(specialists)], able, requesterId);
  if (stays && (next === undefined || next.memberId === responsibleId)) return { ...as, next: 'stays' };
  return { ...as, next };
}

/** What became of a case. */
export interface Kept {
  readonly status: CaseStatus;
  readonly version: number;
  readonly responsibleId: string | null;
  /** Set when somebody else answers for it from now on. */
  readonly handedTo: string | null;
}

/**
 * Writes what follows: who answers, which panel leads, which consultations are over; or, when nobody is left, the end of
 * the case. The case is locked, and is of the outlook's version.
 */
export async function keepAnswered(
  tx: Transaction,
  caseId: string,
  found: CaseState,
  { next, panelIds }: Outlook,
  { why, now }: { readonly why: Why; readonly now: Date },
): Promise<Kept> {
  const handOn = isOpen(found.status) && found.responsibleId !== null && next !== 'stays';
  const leftAlone = handOn && next === undefined;
  const status = leftAlone ? (move(found.status, 'nobody-left', 'system') ?? found.status) : found.status;
  await keepPanels(tx, caseId, found, panelIds, now);
  if (handOn) {
    const ended = await endResponsibility(tx, caseId, now);
    if (next) {
      makeResponsible(tx, caseId, next, ended);
      const detail = { reason: next.reason, why };
      note(tx, caseId, { kind: 'responsible', actorId: null, subjectId: next.memberId, detail, at: ended });
    }
  }
  await keepClock(tx, caseId, { before: found.status, after: status, at: now });
  const version = await recordChange(tx, caseId, status);
  const at = now.toISOString();
  if (leftAlone) {
    insertEnding(tx, { caseId, status, endedBy: null, at: now });
    disarmTimer(tx, caseId, 'self-close');
    note(tx, caseId, { kind: 'cancelled', actorId: null, detail: { why: 'nobody-left' }, at: now });
    emit(tx, caseEnded, caseId, { caseId, status, survey: null, at });
    // Who revoked the last share is told by the reply.
    if (why !== 'revoked') emit(tx, nobodyLeft, caseId, { caseId, at });
  }
  if (!handOn) return { status, version, responsibleId: found.responsibleId, handedTo: null };
  const handedTo = next?.memberId ?? null;
  return { status, version, responsibleId: handedTo, handedTo };
}

/** A panel that takes no part any more does not lead, and awaits nothing: of those left, the one asked first leads. */
async function keepPanels(
  tx: Transaction,
  caseId: string,
  { leadPanelId, consulting }: CaseState,
  panelIds: readonly string[],
  now: Date,
): Promise<void> {
  const leads = leadPanelId === null || panelIds.includes(leadPanelId) ? leadPanelId : (panelIds[0] ?? null);
  if (leads !== leadPanelId) {
    await setLeadPanel(tx, caseId, leads);
    note(tx, caseId, { kind: 'lead-panel', actorId: null, subjectId: leads, detail: {}, at: now });
  }
  if (!consulting) return;
  for (const one of await openConsultations(tx, caseId)) {
    if (one.panelId === leads) endConsultation(tx, caseId, one, 'leads-now', now);
    else if (!panelIds.includes(one.panelId)) endConsultation(tx, caseId, one, 'panel-gone', now);
  }
}

/** A timer's effect: who answered may have left, or the panel that led be closed; the case gets who answers now. */
export const reassign = (service: ServiceContext, timer: TimerRow): Promise<void> =>
  reassignFor(service, timer, 'access-ended');

/** A timer's effect: the panel has another lead, to whom what waits passes, unless a doctor is on call. */
export const followNewLead = (service: ServiceContext, timer: TimerRow): Promise<void> =>
  reassignFor(service, timer, 'led-anew');

async function reassignFor(service: ServiceContext, timer: TimerRow, why: Why): Promise<void> {
  const { caseId } = timer;
  await untilSettled(async () => {
    const found = await caseState(service.db, caseId);
    if (!found || !isOpen(found.status)) {
      await service.db.transaction((tx) => spendTimer(tx, timer.id));
      return;
    }
    const outlook = await outlookOf(service, caseId, found, { anew: why === 'led-anew' });
    await service.db.transaction(async (tx) => {
      const current = await lockedCase(tx, caseId);
      if (current?.version !== outlook.version) throw new MovedOn();
      if (!(await spendTimer(tx, timer.id))) return;
      if (outlook.next === 'stays' && !(await panelsChange(tx, caseId, current, outlook))) return;
      const now = service.clock.now();
      const kept = await keepAnswered(tx, caseId, current, outlook, { why, now });
      tellGiven(tx, caseId, current, outlook, kept, now);
    });
  });
}

/** Announces that somebody else answers from now on, so that they are told. */
export function tellGiven(
  tx: Transaction,
  caseId: string,
  { responsibleId }: CaseState,
  { next }: Outlook,
  { handedTo }: Kept,
  now: Date,
): void {
  if (handedTo === null || responsibleId === null || next === 'stays' || next === undefined) return;
  emit(tx, responsibilityGiven, caseId, {
    caseId,
    fromMemberId: responsibleId,
    toMemberId: handedTo,
    givenBy: null,
    reason: next.reason,
    at: now.toISOString(),
  });
}

async function panelsChange(
  tx: Transaction,
  caseId: string,
  { leadPanelId, consulting }: CaseState,
  { panelIds }: Outlook,
): Promise<boolean> {
  if (leadPanelId !== null && !panelIds.includes(leadPanelId)) return true;
  if (!consulting) return false;
  return (await openConsultations(tx, caseId)).some(({ panelId }) => !panelIds.includes(panelId));
}

/**
 * Others are asked before a transaction, not inside it, so that a slow answer holds no connection. What is committed
 * meanwhile shows in the version, and the questions are asked again.
 * @throws AppError `conflict` when the case never holds still
 */
export async function untilSettled<T>(
  attempt: () => Promise<T>,
  busy = 'The case is very busy just now. Please repeat this in a moment.',
): Promise<T> {
  for (let count = 1; count <= attempts; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof MovedOn)) throw error;
    }
  }
  throw conflict(busy);
}
