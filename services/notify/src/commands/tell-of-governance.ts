import type { EventContext } from '@definitivedx/bus';
import type { DataOf, governanceOpened } from '@definitivedx/contracts';
import { lockCase } from '../data/streams.js';
import { tellAndMail, thoseWhoMaySee, type Telling } from './telling.js';

/** Tells the requester that a governance lead of their organisation opened their case; by mail too, as they may be away. */
export async function tellOfGovernance(
  telling: Telling,
  context: EventContext,
  { caseId, requesterId, at }: DataOf<typeof governanceOpened>,
): Promise<void> {
  await lockCase(context.tx, caseId);
  const told = await thoseWhoMaySee(telling.service, context, caseId, [requesterId]);
  await tellAndMail(telling, context, told, { kind: 'governance-opened', caseId, at: new Date(at) });
}
