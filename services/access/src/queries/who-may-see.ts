import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, whoMaySee as contract } from '@definitivedx/contracts';
import { whoMaySee as lookUp } from '../data/decision.js';

/** Which of the members may see the case now, in whatever organisation they act. */
export async function whoMaySee(
  service: ServiceContext,
  _caller: Caller,
  { caseId, memberIds }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const [found] = await service.db.runAll(lookUp(caseId, memberIds, service.clock.now()));
  return { memberIds: found.map(({ memberId }) => memberId) };
}
