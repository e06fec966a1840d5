import { emit, type ServiceContext } from '@definitivedx/bus';
import { shareRevoked } from '@definitivedx/contracts';
import { dropGrant, filedGrant } from '../data/audience.js';
import { caseState, lockedCase } from '../data/cases.js';
import { note } from '../data/timeline.js';
import { armTimer, spendTimer, type TimerRow } from '../data/timers.js';
import { keepAnswered, MovedOn, outlookOf, untilSettled } from './reassign.js';

/** The clocks of two services may differ a little: what has expired by ours may be open by that of access. */
const askAgainMs = 1_000;

/**
 * A timer's effect: a share ended by itself, at access without any doing. Here the case leaves the lists of whoever it was
 * for, and when its responsible specialist saw it by that share, the next one answers; just as when it is revoked.
 */
export async function expireGrant(service: ServiceContext, timer: TimerRow): Promise<void> {
  const { caseId, subjectId: grantId } = timer;
  await untilSettled(async () => {
    const found = await caseState(service.db, caseId);
    if (!found || grantId === null) {
      await service.db.transaction((tx) => spendTimer(tx, timer.id));
      return;
    }
    const outlook = await outlookOf(service, caseId, found);
    await service.db.transaction(async (tx) => {
      const current = await lockedCase(tx, caseId);
      if (current?.version !== outlook.version) throw new MovedOn();
      if (!(await spendTimer(tx, timer.id))) return;
      const now = service.clock.now();
      if (outlook.grantIds.includes(grantId)) {
        const dueAt = new Date(now.getTime() + askAgainMs);
        armTimer(tx, { kind: 'grant-expired', caseId, subjectId: grantId, dueAt }, now);
        return;
      }
      const grant = await filedGrant(tx, caseId, grantId);
      if (!grant || !(await dropGrant(tx, caseId, grantId))) return;
      note(tx, caseId, {
        kind: 'share-ended',
        actorId: null,
        subjectId: grantId,
        detail: { why: 'expired' },
        at: now,
      });
      const kept = await keepAnswered(tx, caseId, current, outlook, { why: 'expired', now });
      const { status, responsibleId, handedTo } = kept;
      emit(tx, shareRevoked, caseId, {
        ...{ caseId, grant, responsibleId, handedTo, status },
        at: now.toISOString(),
      });
    });
  });
}
