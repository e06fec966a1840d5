import { v5 } from 'uuid';
import type { EventContext, ServiceContext } from '@definitivedx/bus';
import { streamGrew } from '@definitivedx/contracts';
import { appendEntriesEach, latestKinds } from '../data/streams.js';
import { visibleCases } from '../queries/visible-cases.js';

/**
 * Tells a member that access to cases they had seen has ended for them. Not about those they see another way by now, and not
 * about those of whose end they were told already. There is no mail: nothing is to be done.
 */
export async function tellOfLoss(
  service: ServiceContext,
  context: EventContext,
  {
    memberId,
    caseIds,
    at,
  }: { readonly memberId: string; readonly caseIds: readonly string[]; readonly at: string },
): Promise<void> {
  if (caseIds.length === 0) return;
  const visible = await visibleCases(service, context.caller, caseIds, [memberId]);
  const known = await latestKinds(context.tx, memberId, caseIds);
  const ended = caseIds.filter(
    (caseId) => !visible.get(caseId)?.includes(memberId) && known.get(caseId) !== 'access-ended',
  );
  if (ended.length === 0) return;
  appendEntriesEach(
    context.tx,
    // One event tells of many cases: each entry stands for the event and its case.
    ended.map((caseId) => ({
      memberId,
      kind: 'access-ended',
      caseId,
      sourceMessage: v5(caseId, context.messageId),
    })),
    new Date(at),
  );
  context.afterCommit(() => {
    service.bus.nudge(streamGrew, { memberIds: [memberId] });
  });
}
