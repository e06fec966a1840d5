import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, listPanels as contract } from '@definitivedx/contracts';
import { activePanels } from '../data/directory.js';

/** Panels the caller may send a case to: all active ones. */
export async function listPanels(
  service: ServiceContext,
  _caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  return { panels: await activePanels(service.db) };
}
