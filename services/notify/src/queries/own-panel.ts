import type { OrganisationCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { panelsByIds } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';

/**
 * Makes sure that a panel is one of the organisation the caller acts for.
 * @throws AppError `not-found`, the same for another's panel and for one that does not exist
 */
export async function assertOwnPanel(
  { bus }: ServiceContext,
  { organisationId }: OrganisationCaller,
  panelId: string,
): Promise<void> {
  const { panels } = await bus.request(panelsByIds, await bus.self(), { panelIds: [panelId] });
  if (panels[0]?.organisationId !== organisationId) throw notFound('panel');
}
