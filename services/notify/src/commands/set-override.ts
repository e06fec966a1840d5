import type { InputOf, ReplyOf, setOverride as contract } from '@definitivedx/contracts';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { conflict, invalidInput } from '@definitivedx/errors';
import { saveOverride } from '../data/rotas.js';
import { armTimer } from '../data/timers.js';
import type { NotifyTimers } from '../work/timers.js';

/**
 * Puts someone else on call for a stretch of time; repeating it with the same id changes that stretch. Should that
 * change who is on call now, the cases are handed over at once.
 * @throws AppError `invalid-input` when it ends before it begins, `conflict` when the id is another panel's.
 */
export async function setOverride(
  service: ServiceContext,
  timekeeper: Pick<NotifyTimers, 'wake'>,
  _caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { overrideId, panelId, memberId } = input;
  const from = new Date(input.from);
  const until = new Date(input.until);
  if (until <= from) {
    throw invalidInput('The override ends before it begins. Choose an end after its start.', [
      { path: 'until', message: 'Choose a time after "from".' },
    ]);
  }
  const now = service.clock.now();
  await service.db.transaction(async (tx) => {
    const saved = await saveOverride(tx, { overrideId, panelId, memberId, from, until });
    if (!saved) throw conflict('This override id is already used for another panel. Use a new one.');
    await armTimer(tx, { kind: 'shift-change', panelId, dueAt: now }, now);
    tx.afterCommit(() => {
      timekeeper.wake();
    });
  });
  return { overrideId };
}
