import type { EventContext } from '@definitivedx/bus';
import type { DataOf, shareRevoked } from '@definitivedx/contracts';
import { lockCase, toldOfCase } from '../data/streams.js';
import { tell, tellAndMail, thoseWhoMaySee, type Telling } from './telling.js';

/**
 * Tells everyone who had been told of the case, and may not see it now, that their access ended. Whoever was never
 * told learns nothing, and whoever still sees it another way is left alone. There is no mail: nothing is to be done.
 * A specialist who became responsible by it is told as of a new case, by mail too.
 */
export async function tellOfRevoke(
  telling: Telling,
  context: EventContext,
  event: DataOf<typeof shareRevoked>,
): Promise<void> {
  const { caseId } = event;
  await lockCase(context.tx, caseId);
  const told = await toldOfCase(context.tx, caseId);
  const still = new Set(await thoseWhoMaySee(telling.service, context, caseId, told));
  const ended = told.filter((memberId) => !still.has(memberId));
  const at = new Date(event.at);
  await tell(telling, context, ended, { kind: 'access-ended', caseId, at });
  if (event.handedTo === null) return;
  const next = await thoseWhoMaySee(telling.service, context, caseId, [event.handedTo]);
  await tellAndMail(telling, context, next, { kind: 'case-shared', caseId, at });
}
