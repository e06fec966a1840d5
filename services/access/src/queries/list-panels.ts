import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, listPanels as contract } from '@definitivedx/contracts';
import { panelsTakingFrom } from '../data/directory.js';

/** Panels the caller may send a case to: those that take cases from their organisation. */
export async function listPanels(service: ServiceContext, caller: Caller): Promise<ReplyOf<typeof contract>> {
  return {
    panels: await panelsTakingFrom(service.db, asMember(caller).organisationId, service.clock.now()),
  };
}
