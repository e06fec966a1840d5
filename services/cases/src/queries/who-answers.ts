import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { whoIsOnCall, whoMaySee } from '@definitivedx/contracts';

/** Panel id → who is on call for it now, null in a gap. */
export async function onCallFor(
  { bus }: ServiceContext,
  caller: Caller,
  panelIds: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (panelIds.length === 0) return new Map();
  const asked = new Set(panelIds.map((panelId) => panelId.toLowerCase()));
  const { onCall } = await bus.request(whoIsOnCall, caller, { panelIds: [...asked] });
  return new Map(onCall.map(({ panelId, memberId }) => [panelId, memberId]));
}

/** Which of these members may see a case now, by the authority's own word. */
export async function thoseWhoMaySee(
  { bus }: ServiceContext,
  caseId: string,
  memberIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (memberIds.length === 0) return new Set();
  const asked = [...new Set(memberIds)];
  const reply = await bus.request(whoMaySee, await bus.self(), { caseId, memberIds: asked });
  return new Set(reply.memberIds);
}
