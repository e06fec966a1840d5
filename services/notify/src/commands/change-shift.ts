import type { Transaction } from '@definitivedx/db';
import {
  closeSettledHandOvers,
  dropItems,
  lockHandOvers,
  openHandOversOf,
  openItemsOf,
  type ItemRow,
} from '../data/hand-overs.js';
import { lastOnCall, recordOnCall } from '../data/panel-duty.js';
import { dutiesOf } from '../data/rotas.js';
import { armTimer, spendTimer, type TimerRow } from '../data/timers.js';
import { onCallAt } from '../domain/on-call.js';
import { leavingDoctors } from '../domain/shift-change.js';
import { listFor, startHandOver, type LeavingList, type TimerWork } from './hand-over-lists.js';

/**
 * A case shared in the last moment of a shift names the doctor who is leaving, and may be committed after their list
 * was made. Everything that began before the change has ended this long after it.
 */
const lateCasesAfterMs = 2 * 60_000;

/**
 * The moment at which a panel's on-call answer changes, or may have because its rota did: hands over the cases of
 * whoever left, and sets the timer of the next change. What it asks others is asked before its transaction; should the
 * rota change meanwhile, the timer is armed anew and this one has no effect.
 */
export async function changeShift(work: TimerWork, timer: TimerRow): Promise<void> {
  const { service } = work;
  const { panelId } = timer;
  const now = service.clock.now();
  const duty = (await dutiesOf(service.db, [panelId], now)).get(panelId);
  const { memberId: onCall, until } = onCallAt(duty?.rota ?? null, duty?.overrides ?? [], now);
  const open = await openHandOversOf(service.db, panelId);
  const last = await lastOnCall(service.db, panelId);
  const leaving = leavingDoctors(
    last,
    onCall,
    open.map((handOver) => handOver.outgoingId),
  );
  const lists =
    leaving === null || onCall === null
      ? []
      : await Promise.all(leaving.map((memberId) => listFor(service, panelId, memberId, onCall)));

  await service.db.transaction(async (tx) => {
    if (!(await spendTimer(tx, timer.id))) return;
    if (until) await armTimer(tx, { kind: 'shift-change', panelId, dueAt: until }, now);
    if (leaving === null || onCall === null) return;
    await recordOnCall(tx, panelId, onCall, now);
    const earlier = await endHandOvers(tx, panelId, now);
    for (const list of lists) await handOver(work, tx, timer, onCall, list, earlier);
    const dueAt = new Date(now.getTime() + lateCasesAfterMs);
    for (const memberId of leaving) await armTimer(tx, { kind: 'late-cases', panelId, memberId, dueAt }, now);
  });
}

async function handOver(
  work: TimerWork,
  tx: Transaction,
  { panelId, dueAt: at }: TimerRow,
  incomingId: string,
  list: LeavingList,
  earlier: ReadonlyMap<string, ReadonlyMap<string, ItemRow>>,
): Promise<void> {
  if (list.caseIds.length === 0) return;
  const { outgoingId } = list;
  await startHandOver(work, tx, { panelId, outgoingId, incomingId, at }, list, earlier.get(outgoingId));
}

/**
 * Ends what was handed to the doctor who was on call until now: they can no longer accept it.
 * @returns what they had not accepted, by outgoing doctor and case
 */
async function endHandOvers(
  tx: Transaction,
  panelId: string,
  now: Date,
): Promise<Map<string, Map<string, ItemRow>>> {
  const open = await openHandOversOf(tx, panelId);
  const handOvers = await lockHandOvers(
    tx,
    open.map((row) => row.id),
  );
  const ids = handOvers.map((row) => row.id);
  const items = await openItemsOf(tx, ids);
  const earlier = new Map<string, Map<string, ItemRow>>();
  for (const { id, outgoingId } of handOvers) {
    const own = items.filter((item) => item.handOverId === id);
    const known = earlier.get(outgoingId) ?? new Map<string, ItemRow>();
    for (const item of own) known.set(item.caseId, item);
    earlier.set(outgoingId, known);
    await dropItems(
      tx,
      id,
      own.map((item) => item.caseId),
      now,
    );
  }
  await closeSettledHandOvers(tx, ids, now);
  return earlier;
}
