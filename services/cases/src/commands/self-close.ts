import type { ServiceContext } from '@definitivedx/bus';
import { adviceAcknowledged } from '../data/acknowledgements.js';
import { lockedCase } from '../data/cases.js';
import { endingState } from '../data/endings.js';
import { armTimer, spendTimer, type TimerRow } from '../data/timers.js';
import { daysAfter, leftAloneAt, unmet } from '../domain/ending.js';
import { transition } from '../domain/status.js';
import { thoseGone } from '../queries/those-gone.js';
import { endCase } from './end-case.js';

/**
 * Closes a case whose advice was opened and left alone since, with its survey missing. The timer is of the advice that
 * was opened: when newer advice is there, that one's opening counts; and what was written since puts it off.
 */
export async function selfClose(service: ServiceContext, timer: TimerRow): Promise<void> {
  const { caseId, subjectId } = timer;
  const now = service.clock.now();
  const gone = await thoseGone(service, caseId);
  await service.db.transaction(async (tx) => {
    const found = await lockedCase(tx, caseId);
    if (!(await spendTimer(tx, timer.id)) || !found || subjectId === null) return;
    const row = transition(found.status, 'close', 'system');
    const state = await endingState(tx, caseId);
    if (!row || state.latestAdviceId !== subjectId) return;
    const dueAt = leftAloneAt(timer.armedAt, state.lastPostAt);
    const lacking = unmet(row, {
      'read-and-left-alone': dueAt <= now,
      'advice-acknowledged': await adviceAcknowledged(tx, caseId, gone),
    });
    if (lacking) {
      // Armed as it was, so that the opening of the advice stays what is counted from.
      const later = dueAt > now ? dueAt : daysAfter(now, 1);
      armTimer(tx, { kind: 'self-close', caseId, subjectId, dueAt: later }, timer.armedAt);
      return;
    }
    await endCase(tx, { caseId, found, state, status: row.to, now });
  });
}
