import type { EventContext } from '@definitivedx/bus';
import type { caseShared, DataOf } from '@definitivedx/contracts';
import { dutiesOf } from '../data/rotas.js';
import { lockCase } from '../data/streams.js';
import { knownDuties } from '../domain/known-duties.js';
import { toldOfShare } from '../domain/recipients.js';
import { tellAndMail, thoseWhoMaySee, type Telling } from './telling.js';

/** Tells the people a case was opened to, if they may still see it. */
export async function tellOfShare(
  telling: Telling,
  context: EventContext,
  event: DataOf<typeof caseShared>,
): Promise<void> {
  const { caseId } = event;
  const at = new Date(event.at);
  await lockCase(context.tx, caseId);
  const panelIds = event.grants.filter((grant) => grant.kind === 'panel').map((grant) => grant.principalId);
  const duties = await dutiesOf(context.tx, panelIds, at);
  const onCall = new Map(
    [...duties].map(([panelId, duty]) => [panelId, knownDuties.at(duty.rota, duty.overrides, at).memberId]),
  );
  const told = await thoseWhoMaySee(telling.service, context, caseId, toldOfShare(event, onCall));
  await tellAndMail(telling, context, told, { kind: 'case-shared', caseId, at });
}
