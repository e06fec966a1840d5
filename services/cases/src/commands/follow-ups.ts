import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  followUpAnswered,
  followUpDue,
  type InputOf,
  type ReplyOf,
  type answerFollowUp as contract,
} from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { lockedCase } from '../data/cases.js';
import { answerTo, lockedFollowUp, sendFollowUps } from '../data/follow-ups.js';
import { note } from '../data/timeline.js';
import { armTimer, spendTimer, type TimerRow } from '../data/timers.js';
import { confirmAccess } from '../queries/confirm-access.js';

/** Asks what became of a child, once it is time, and waits for the next time. */
export async function askFollowUp(service: ServiceContext, timer: TimerRow): Promise<void> {
  const { caseId } = timer;
  const now = service.clock.now();
  await service.db.transaction(async (tx) => {
    await lockedCase(tx, caseId);
    if (!(await spendTimer(tx, timer.id))) return;
    const { sent, nextDueAt } = await sendFollowUps(tx, caseId, now);
    for (const { day, requesterId } of sent) {
      note(tx, caseId, { kind: 'follow-up-due', actorId: null, detail: { day }, at: now });
      emit(tx, followUpDue, caseId, { caseId, day, requesterId, at: now.toISOString() });
    }
    if (nextDueAt) armTimer(tx, { kind: 'follow-up', caseId, dueAt: nextDueAt }, now);
  });
}

/**
 * Keeps what became of a child, of a day whose questions were asked.
 * @throws AppError `not-found` to anyone but the asking side; `conflict` when it is not yet time, or answered already.
 */
export async function answerFollowUp(
  service: ServiceContext,
  caller: Caller,
  { commandId, caseId: asked, day, ...answers }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const { caseId } = await confirmAccess(service, member, asked, 'close');

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      if (!(await lockedCase(tx, caseId))) throw notFound();
      const found = await lockedFollowUp(tx, caseId, day);
      const now = service.clock.now();
      if (!found) {
        throw conflict('Nothing is asked about this case: it is open, or did not end with a close.');
      }
      if (found.answeredAt) {
        throw conflict(`The questions of day ${String(day)} have been answered already. Thank you.`);
      }
      if (now < found.dueAt) {
        throw conflict(
          `It is too early to say: the questions of day ${String(day)} are asked on ${found.dueAt.toISOString().slice(0, 10)}.`,
        );
      }
      answerTo(tx, { caseId, day, by: memberId, at: now }, answers);
      note(tx, caseId, { kind: 'follow-up-answered', actorId: memberId, detail: { day }, at: now });
      const at = now.toISOString();
      emit(tx, followUpAnswered, caseId, { caseId, day, ...answers, at });
      const act = { act: 'case.follow-up', caseId, memberId, organisationId, subjectId: null, at } as const;
      emit(tx, caseActed, caseId, act);
      return { day, answeredAt: at };
    }),
  );
}
