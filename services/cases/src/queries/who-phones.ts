import type { ServiceContext } from '@definitivedx/bus';
import { panelsByIds } from '@definitivedx/contracts';
import { caseState } from '../data/cases.js';
import { postState } from '../data/posts.js';
import { onCallFor, thoseWhoMaySee } from './who-answers.js';

/**
 * Who phones the practice about advice of a case that nobody answers for any more, as it has ended: who gave the advice,
 * else who is on call for the panel that led, else its lead.
 * @returns null when somebody answers for the case, or none of them may see it now
 */
export async function whoPhonesInstead(
  service: ServiceContext,
  caseId: string,
  postId: string,
): Promise<string | null> {
  const found = await caseState(service.db, caseId);
  if (found?.responsibleId !== null) return null;
  const { leadPanelId } = found;
  const advice = await postState(service.db, caseId, postId);
  const self = await service.bus.self();
  const panelIds = leadPanelId === null ? [] : [leadPanelId];
  const onCall = await onCallFor(service, self, panelIds);
  const { panels } =
    leadPanelId === null ? { panels: [] } : await service.bus.request(panelsByIds, self, { panelIds });
  const inTurn = [advice?.authorId, ...onCall.values(), ...panels.map(({ leadMemberId }) => leadMemberId)];
  const asked = inTurn.filter((memberId) => typeof memberId === 'string');
  const able = await thoseWhoMaySee(service, caseId, asked);
  return asked.find((memberId) => able.has(memberId)) ?? null;
}
