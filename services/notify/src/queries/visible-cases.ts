import type { ServiceCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { visibleCases as contract } from '@definitivedx/contracts';

/** Cases asked about at once; the contract's limit. */
const atOnce = 200;

/** For each case those of the members (200 at most) who may see it now, by the word of access. */
export async function visibleCases(
  service: ServiceContext,
  caller: ServiceCaller,
  caseIds: readonly string[],
  memberIds: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const seen = new Map<string, readonly string[]>();
  const members = [...new Set(memberIds)];
  for (let start = 0; start < caseIds.length; start += atOnce) {
    const some = caseIds.slice(start, start + atOnce);
    const { visible } = await service.bus.request(contract, caller, { caseIds: some, memberIds: members });
    for (const { caseId, memberIds: seeing } of visible) seen.set(caseId, seeing);
  }
  return seen;
}
