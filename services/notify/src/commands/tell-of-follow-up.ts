import type { EventContext } from '@definitivedx/bus';
import { askingSide, type DataOf, type followUpDue } from '@definitivedx/contracts';
import { lockCase } from '../data/streams.js';
import { tellAndMail, thoseWhoMaySee, type Telling } from './telling.js';

/** Asks the requester what became of a child; whoever covers for the practice, when the requester has left it. */
export async function tellOfFollowUp(
  telling: Telling,
  context: EventContext,
  { caseId, at }: DataOf<typeof followUpDue>,
): Promise<void> {
  await lockCase(context.tx, caseId);
  const { requesterId, cover } = await telling.service.bus.request(askingSide, context.caller, { caseId });
  const asked = requesterId === null ? cover : [requesterId];
  const told = await thoseWhoMaySee(telling.service, context, caseId, asked);
  await tellAndMail(telling, context, told, { kind: 'follow-up-due', caseId, at: new Date(at) });
}
