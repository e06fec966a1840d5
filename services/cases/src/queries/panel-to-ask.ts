import type { MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { listPanels, type ReplyOf } from '@definitivedx/contracts';

/** A panel, if it takes cases from the caller; undefined else, as for one that does not exist. */
export async function panelToAsk(
  { bus }: ServiceContext,
  member: MemberCaller,
  panelId: string,
): Promise<ReplyOf<typeof listPanels>['panels'][number] | undefined> {
  const { panels } = await bus.request(listPanels, member, {});
  return panels.find((panel) => panel.panelId === panelId.toLowerCase());
}
