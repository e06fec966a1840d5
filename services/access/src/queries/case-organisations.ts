import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, caseOrganisations as contract } from '@definitivedx/contracts';
import { organisationsOfCase } from '../data/case-organisations.js';

/** The practice that a case belongs to, and the organisations to whose panels it is open now. */
export async function caseOrganisations(
  service: ServiceContext,
  _caller: Caller,
  { caseId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return { organisations: await organisationsOfCase(service.db, caseId, service.clock.now()) };
}
