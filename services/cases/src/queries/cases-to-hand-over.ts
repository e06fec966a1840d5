import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, casesToHandOver as contract } from '@definitivedx/contracts';
import { openCasesOf } from '../data/cases.js';

/** Open cases that a panel leads and a doctor is responsible for; for the hand-over lists of notify alone. */
export async function casesToHandOver(
  service: ServiceContext,
  _caller: Caller,
  { panelId, memberId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return { caseIds: await openCasesOf(service.db, panelId, memberId) };
}
