import type { EventContext } from '@definitivedx/bus';
import type { casePosted, DataOf } from '@definitivedx/contracts';
import { lockCase } from '../data/streams.js';
import { toldOfPost } from '../domain/recipients.js';
import { tellAndMail, thoseWhoMaySee, type Telling } from './telling.js';

/** Tells the requester and the responsible specialist that something was added, if they may still see the case. */
export async function tellOfPost(
  telling: Telling,
  context: EventContext,
  event: DataOf<typeof casePosted>,
): Promise<void> {
  const { caseId } = event;
  await lockCase(context.tx, caseId);
  const told = await thoseWhoMaySee(telling.service, context, caseId, toldOfPost(event));
  const kind = event.kind === 'advice' ? 'advice-given' : 'case-posted';
  await tellAndMail(telling, context, told, { kind, caseId, at: new Date(event.at) });
}
