import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, testPages as contract } from '@definitivedx/contracts';
import { latestTestPages, toReply } from '../data/test-pages.js';

/** The latest pages the caller's organisation sent as a test. */
export async function testPages(service: ServiceContext, caller: Caller): Promise<ReplyOf<typeof contract>> {
  const pages = await latestTestPages(service.db, asOrganisation(caller).organisationId);
  return { pages: pages.map(toReply) };
}
