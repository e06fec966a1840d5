import { panelsByIds } from '@definitivedx/contracts';
import {
  closeSettledHandOvers,
  dropItems,
  escalateItems,
  findOpenHandOver,
  lockHandOvers,
  openItemsOf,
} from '../data/hand-overs.js';
import { armTimer, spendTimer, type TimerRow } from '../data/timers.js';
import { visibleCases } from '../queries/visible-cases.js';
import { v7 as uuidv7 } from 'uuid';
import { casesOf, mailAboutHandOver, tellEach, type TimerWork } from './hand-over-lists.js';

/**
 * A hand-over that was not accepted in time: tells the incoming doctor and the panel's lead, and again after as long,
 * until somebody accepts. A case that nobody needs to accept any more drops out first, so that nobody is chased for it.
 */
export async function chaseHandOver(work: TimerWork, timer: TimerRow): Promise<void> {
  const { service } = work;
  const { panelId, handOverId } = timer;
  const handOver = handOverId === null ? undefined : await findOpenHandOver(service.db, handOverId);
  if (!handOver) {
    await service.db.transaction((tx) => spendTimer(tx, timer.id));
    return;
  }
  const self = await service.bus.self();
  const waiting = new Set(await casesOf(service, self, panelId, handOver.outgoingId));
  const { panels } = await service.bus.request(panelsByIds, self, { panelIds: [panelId] });
  const leadId = panels[0]?.leadMemberId ?? null;
  const chased = [...new Set([handOver.incomingId, ...(leadId === null ? [] : [leadId])])];
  const visible = await visibleCases(service, self, [...waiting], chased);

  await service.db.transaction(async (tx) => {
    const [locked] = await lockHandOvers(tx, [handOver.id]);
    if (!(await spendTimer(tx, timer.id)) || !locked) return;
    const now = service.clock.now();
    const items = await openItemsOf(tx, [handOver.id]);
    const gone = items.filter((item) => !waiting.has(item.caseId)).map((item) => item.caseId);
    await dropItems(tx, handOver.id, gone, now);
    await closeSettledHandOvers(tx, [handOver.id], now);
    const late = items.filter((item) => waiting.has(item.caseId));
    if (late.length === 0) return;

    await escalateItems(
      tx,
      handOver.id,
      late.map((item) => item.id),
      leadId,
      now,
    );
    const entries = chased.flatMap((memberId) =>
      late
        .filter(({ caseId }) => visible.get(caseId)?.includes(memberId))
        .map(({ caseId }) => ({
          memberId,
          kind: 'hand-over-overdue' as const,
          caseId,
          sourceMessage: uuidv7(),
        })),
    );
    await tellEach(work, tx, entries);
    await mailAboutHandOver(work, tx, 'hand-over-overdue', handOver.id, chased);
    const dueAt = new Date(now.getTime() + work.acceptWithinMs);
    await armTimer(tx, { kind: 'hand-over-overdue', panelId, handOverId: handOver.id, dueAt }, now);
  });
}
