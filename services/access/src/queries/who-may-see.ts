import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  visibleCases as eachContract,
  whoMaySee as contract,
} from '@definitivedx/contracts';
import { whoMaySee as lookUp } from '../data/decision.js';

/** Which of the members may see the case now, in whatever organisation they act. */
export async function whoMaySee(
  service: ServiceContext,
  _caller: Caller,
  { caseId, memberIds }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const [found] = await service.db.runAll(lookUp([caseId], memberIds, service.clock.now()));
  return { memberIds: found.map(({ memberId }) => memberId) };
}

/** The same for several cases; a case that none of them may see is there too, with nobody. */
export async function visibleCases(
  service: ServiceContext,
  _caller: Caller,
  { caseIds, memberIds }: InputOf<typeof eachContract>,
): Promise<ReplyOf<typeof eachContract>> {
  const [found] = await service.db.runAll(lookUp(caseIds, memberIds, service.clock.now()));
  const byCase = Map.groupBy(found, ({ caseId }) => caseId);
  return {
    visible: caseIds.map((caseId) => ({
      caseId,
      memberIds: (byCase.get(caseId.toLowerCase()) ?? []).map(({ memberId }) => memberId),
    })),
  };
}
