import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, teachingAllowed as contract } from '@definitivedx/contracts';
import { settingsOf } from '../data/governance.js';

/** Whether the organisation acted for lets its cases be taught with. */
export async function teachingAllowed(
  { db }: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  const [[settings]] = await db.runAll(settingsOf(asMember(caller).organisationId));
  return { allowed: settings?.teaching === true };
}
