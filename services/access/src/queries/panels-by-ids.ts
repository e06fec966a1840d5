import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, panelsByIds as contract } from '@definitivedx/contracts';
import { panelsById } from '../data/directory.js';

/** Lead, organisation and terms of those of the panels that are active. Names no case and no member but the lead. */
export async function panelsByIds(
  service: ServiceContext,
  _caller: Caller,
  { panelIds }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const [panels] = await service.db.runAll(panelsById(panelIds));
  return { panels };
}
