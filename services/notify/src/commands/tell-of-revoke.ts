import type { EventContext } from '@definitivedx/bus';
import type { DataOf, shareRevoked } from '@definitivedx/contracts';
import { lockCase, toldOfCase } from '../data/streams.js';
import { tell, thoseWhoMaySee, type Telling } from './telling.js';

/**
 * Tells everyone who had been told of the case, and may not see it now, that their access ended. Whoever was never
 * told learns nothing, and whoever still sees it another way is left alone. There is no mail: nothing is to be done.
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
  await tell(telling, context, ended, { kind: 'access-ended', caseId, at: new Date(event.at) });
}
