import type { EventContext, ServiceContext } from '@definitivedx/bus';
import {
  acceptItems,
  closeSettledHandOvers,
  dropItems,
  lockHandOvers,
  noteItems,
  openHandOversWith,
} from '../data/hand-overs.js';
import type { casePosted, DataOf } from '@definitivedx/contracts';
import { casesOf } from './hand-over-lists.js';

/**
 * A case may not wait to be accepted any more: somebody took responsibility for it, or it ended. Whether that is so is
 * asked of cases, because an event that comes late may be about an earlier change than the hand-over.
 * @param outcome `accepted` by whoever took responsibility, or `dropped`
 */
export async function settleCase(
  service: ServiceContext,
  context: EventContext,
  caseId: string,
  outcome: 'accepted' | 'dropped',
  at: Date,
): Promise<void> {
  const { tx } = context;
  const gone: string[] = [];
  for (const { id, panelId, outgoingId } of await openHandOversWith(tx, caseId)) {
    const waiting = await casesOf(service, context.caller, panelId, outgoingId);
    if (!waiting.includes(caseId)) gone.push(id);
  }
  for (const { id } of await lockHandOvers(tx, gone)) {
    const settle = outcome === 'accepted' ? acceptItems : dropItems;
    await settle(tx, id, [caseId], at);
  }
  await closeSettledHandOvers(tx, gone, service.clock.now());
}

/** A note by the doctor who hands a case over, written after the hand-over began, is a note for it. */
export async function noteHandOver(context: EventContext, event: DataOf<typeof casePosted>): Promise<void> {
  if (event.kind !== 'note') return;
  await noteItems(context.tx, event.caseId, event.authorId, new Date(event.at));
}
