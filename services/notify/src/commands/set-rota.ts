import type { InputOf, ReplyOf, setRota as contract } from '@definitivedx/contracts';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { assertOwnPanel } from '../queries/own-panel.js';
import { replaceRota } from '../data/rotas.js';
import { armTimer } from '../data/timers.js';
import { readWeeklyShifts } from '../domain/weekly-shifts.js';
import type { NotifyTimers } from '../work/timers.js';

/**
 * Replaces a panel's weekly rota. Should somebody else be on call by it, the cases are handed over at once.
 * @throws AppError `invalid-input` naming the shifts that overlap or cannot be read; `not-found` for a panel that is not
 * of the organisation the caller acts for.
 */
export async function setRota(
  service: ServiceContext,
  timekeeper: Pick<NotifyTimers, 'wake'>,
  caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { panelId, timeZone } = input;
  if (caller.kind !== 'service') await assertOwnPanel(service, caller, panelId);
  const shifts = readWeeklyShifts(timeZone, input.shifts);
  const now = service.clock.now();
  await service.db.transaction(async (tx) => {
    await replaceRota(tx, panelId, { timeZone, shifts }, now);
    await armTimer(tx, { kind: 'shift-change', panelId, dueAt: now }, now);
    tx.afterCommit(() => {
      timekeeper.wake();
    });
  });
  return { shifts: shifts.length };
}
