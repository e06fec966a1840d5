import { lockHandOvers, openHandOversOf, openItemsOf } from '../data/hand-overs.js';
import { lastOnCall, lockLastOnCall } from '../data/panel-duty.js';
import { spendTimer, type TimerRow } from '../data/timers.js';
import { addCases, listFor, startHandOver, type TimerWork } from './hand-over-lists.js';

/** Shift changes that may come between preparing and doing, before it is left to the next lease. */
const attempts = 3;

/**
 * A while after a shift change: hands over what named the doctor who left and was not yet there when their list was
 * made. Does nothing when they are on call again.
 */
export async function findLateCases(work: TimerWork, timer: TimerRow): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (await handOverLateCases(work, timer)) return;
  }
}

/** @returns false when the shift changed meanwhile, so that what was prepared is for the wrong doctor. */
async function handOverLateCases(work: TimerWork, timer: TimerRow): Promise<boolean> {
  const { service } = work;
  const { panelId, memberId: outgoingId } = timer;
  const incomingId = await lastOnCall(service.db, panelId);
  const nobodyLeft = outgoingId === null || incomingId === null || incomingId === outgoingId;
  const list = nobodyLeft ? null : await listFor(service, panelId, outgoingId, incomingId);

  return service.db.transaction(async (tx) => {
    if ((await lockLastOnCall(tx, panelId)) !== incomingId) return false;
    const handOvers = await lockHandOvers(
      tx,
      (await openHandOversOf(tx, panelId)).map((row) => row.id),
    );
    if (!(await spendTimer(tx, timer.id)) || list === null || incomingId === null) return true;
    const items = await openItemsOf(
      tx,
      handOvers.map((row) => row.id),
    );
    const listed = new Set(items.map((item) => item.caseId));
    const late = { ...list, caseIds: list.caseIds.filter((caseId) => !listed.has(caseId)) };
    if (late.caseIds.length === 0) return true;
    const running = handOvers.find(
      (row) => row.outgoingId === list.outgoingId && row.incomingId === incomingId,
    );
    if (running) await addCases(work, tx, running, late);
    else {
      const row = { panelId, outgoingId: list.outgoingId, incomingId, at: service.clock.now() };
      await startHandOver(work, tx, row, late);
    }
    return true;
  });
}
