import { emit, type ServiceContext } from '@definitivedx/bus';
import { adviceUnread, responseOverdue, responsibilityUnacknowledged } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { lockedCase, type CaseState } from '../data/cases.js';
import { adviceGivenAt, chaseUnread } from '../data/chasing.js';
import { noteConsultationOverdue } from '../data/consultations.js';
import { acknowledgedAt, remindOfResponsibility } from '../data/responsibility.js';
import { noteOverdue } from '../data/response-clock.js';
import { note } from '../data/timeline.js';
import { armTimer, spendTimer, type TimerRow } from '../data/timers.js';
import { acknowledgeWithinMs, attendNowEveryMs, unreadAfterMs } from '../domain/chasing.js';
import { isOpen } from '../domain/status.js';
import { whoPhonesInstead } from '../queries/who-phones.js';

interface Due extends CaseState {
  readonly caseId: string;
  readonly subjectId: string | null;
  readonly now: Date;
}

/** Has an effect on a case, locked, for a timer that is used up with it. */
const forCase =
  (effect: (tx: Transaction, due: Due) => Promise<void>) =>
  (service: ServiceContext, { id, caseId, subjectId }: TimerRow): Promise<void> =>
    service.db.transaction(async (tx) => {
      const found = await lockedCase(tx, caseId);
      if (!(await spendTimer(tx, id)) || !found) return;
      await effect(tx, { ...found, caseId, subjectId, now: service.clock.now() });
    });

/** How many times one has waited so long; at least once, as the timers of replicas may be a little early. */
const timesOf = (since: Date, now: Date, everyMs: number): number =>
  Math.max(1, Math.round((now.getTime() - since.getTime()) / everyMs));

/** Nobody on the asking side has opened advice in time: says so, and again after as long. */
export const chaseUnreadAdvice = forCase(
  async (tx, { caseId, subjectId, status, priority, responsibleId, now }) => {
    const givenAt = subjectId === null ? undefined : await adviceGivenAt(tx, caseId, subjectId);
    if (subjectId === null || !givenAt || !isOpen(status)) return;
    const reminder = timesOf(givenAt, now, unreadAfterMs[priority]);
    remind(tx, { caseId, postId: subjectId, attendNow: false, responsibleId, reminder, now });
    chaseUnread(tx, { caseId, postId: subjectId, at: now });
  },
);

/**
 * A child is to be seen today, and nobody on the asking side has said that they know. Also once the case has ended: as
 * nobody answers for it then, another is to phone.
 */
export async function chaseAttendNow(service: ServiceContext, timer: TimerRow): Promise<void> {
  const { caseId, subjectId } = timer;
  // Should the case end just after this, the next reminder, soon after, names who is to phone.
  const insteadId = subjectId === null ? null : await whoPhonesInstead(service, caseId, subjectId);
  await remindToAttend(insteadId)(service, timer);
}

const remindToAttend = (insteadId: string | null): ReturnType<typeof forCase> =>
  forCase(async (tx, { caseId, subjectId, responsibleId, now }) => {
    const givenAt = subjectId === null ? undefined : await adviceGivenAt(tx, caseId, subjectId);
    if (subjectId === null || !givenAt) return;
    const late = now.getTime() - givenAt.getTime();
    const reminder = Math.max(0, Math.round(late / attendNowEveryMs));
    const phoning = responsibleId ?? insteadId;
    remind(tx, { caseId, postId: subjectId, attendNow: true, responsibleId: phoning, reminder, now });
    const dueAt = new Date(now.getTime() + attendNowEveryMs);
    armTimer(tx, { kind: 'attend-now', caseId, subjectId, dueAt }, now);
  });

function remind(
  tx: Transaction,
  of: {
    readonly caseId: string;
    readonly postId: string;
    readonly attendNow: boolean;
    readonly responsibleId: string | null;
    readonly reminder: number;
    readonly now: Date;
  },
): void {
  const { now, ...chased } = of;
  const { caseId, postId: subjectId, attendNow, reminder } = chased;
  note(tx, caseId, {
    kind: 'advice-unread',
    actorId: null,
    subjectId,
    detail: { attendNow, reminder },
    at: now,
  });
  emit(tx, adviceUnread, caseId, { ...chased, at: now.toISOString() });
}

/** The responsible specialist has not said in time that they know of the case: says so, and again after as long. */
export const chaseAcknowledgement = forCase(
  async (tx, { caseId, status, priority, leadPanelId, responsibleId, responsibleSince, now }) => {
    if (!isOpen(status) || responsibleId === null || responsibleSince === null) return;
    if ((await acknowledgedAt(tx, caseId)) !== null) return;
    const reminder = timesOf(responsibleSince, now, acknowledgeWithinMs[priority]);
    note(tx, caseId, {
      kind: 'unacknowledged',
      actorId: null,
      subjectId: responsibleId,
      detail: { reminder },
      at: now,
    });
    const at = now.toISOString();
    emit(tx, responsibilityUnacknowledged, caseId, {
      caseId,
      responsibleId,
      leadPanelId,
      priority,
      reminder,
      at,
    });
    remindOfResponsibility(tx, caseId, now);
  },
);

/** The answer to a case is overdue: says so, once for each time that it was asked. */
export const tellOverdue = forCase(async (tx, { caseId, leadPanelId, responsibleId, now }) => {
  const late = await noteOverdue(tx, caseId, now);
  if (!late || responsibleId === null) return;
  overdue(tx, { caseId, panelId: leadPanelId, consultationId: null, responsibleId, dueAt: late.dueAt, now });
});

/** The answer of a consulted panel is overdue. */
export const tellConsultationOverdue = forCase(async (tx, { caseId, subjectId, responsibleId, now }) => {
  const late = subjectId === null ? undefined : await noteConsultationOverdue(tx, subjectId, now);
  if (!late || responsibleId === null) return;
  const { panelId, dueAt } = late;
  overdue(tx, { caseId, panelId, consultationId: subjectId, responsibleId, dueAt, now });
});

function overdue(
  tx: Transaction,
  of: {
    readonly caseId: string;
    readonly panelId: string | null;
    readonly consultationId: string | null;
    readonly responsibleId: string;
    readonly dueAt: Date;
    readonly now: Date;
  },
): void {
  const { caseId, panelId, consultationId, responsibleId, now } = of;
  const dueAt = of.dueAt.toISOString();
  const detail = { dueAt, consulted: consultationId !== null };
  note(tx, caseId, { kind: 'overdue', actorId: null, subjectId: panelId, detail, at: now });
  const at = now.toISOString();
  emit(tx, responseOverdue, caseId, { caseId, panelId, consultationId, responsibleId, dueAt, at });
}
