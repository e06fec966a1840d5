import { lockHandOvers, openHandOversOf, openItemsOf } from '../data/hand-overs.js';
import { lastOnCall, lockLastOnCall } from '../data/panel-duty.js';
import { spendTimer, type TimerRow } from '../data/timers.js';
import { addCases, listFor, startHandOver, type TimerWork } from './hand-over-lists.js';

/**
 * A while after a shift change: hands over what named the doctor who left and was not yet there when their list was
 * made. Does nothing when they are on call again.
 */
export async function findLateCases(work: TimerWork, timer: TimerRow): Promise<void> {
  const { service } = work;
  const { panelId, memberId: outgoingId } = timer;
  const incomingId = await lastOnCall(service.db, panelId);
  const nobodyLeft = outgoingId === null || incomingId === null || incomingId === outgoingId;
  const list = nobodyLeft ? null : await listFor(service, panelId, outgoingId, incomingId);

  await service.db.transaction(async (tx) => {
    // Another shift change meanwhile: left as it is, the timer comes due again after its lease and looks anew.
    if ((await lockLastOnCall(tx, panelId)) !== incomingId) return;
    if (list === null || incomingId === null) {
      await spendTimer(tx, timer.id);
      return;
    }
    const open = await openHandOversOf(tx, panelId);
    const handOvers = await lockHandOvers(
      tx,
      open.map((row) => row.id),
    );
    if (!(await spendTimer(tx, timer.id))) return;
    const items = await openItemsOf(
      tx,
      handOvers.map((row) => row.id),
    );
    const listed = new Set(items.map((item) => item.caseId));
    const late = { ...list, caseIds: list.caseIds.filter((caseId) => !listed.has(caseId)) };
    if (late.caseIds.length === 0) return;
    const running = handOvers.find(
      (row) => row.outgoingId === list.outgoingId && row.incomingId === incomingId,
    );
    if (running) await addCases(work, tx, running, late);
    else {
      const row = { panelId, outgoingId: list.outgoingId, incomingId, at: service.clock.now() };
      await startHandOver(work, tx, row, late);
    }
  });
}
