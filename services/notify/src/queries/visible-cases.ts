import type { ServiceCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { whoMaySee } from '@definitivedx/contracts';

/** Cases asked about at once: a long list must not take all of access for itself. */
const atOnce = 8;

/** For each case those of the members (200 at most) who may see it now, by the word of access. */
export async function visibleCases(
  service: ServiceContext,
  caller: ServiceCaller,
  caseIds: readonly string[],
  memberIds: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const seen = new Map<string, readonly string[]>();
  for (let start = 0; start < caseIds.length; start += atOnce) {
    const some = caseIds.slice(start, start + atOnce);
    const replies = await Promise.all(
      some.map((caseId) =>
        service.bus.request(whoMaySee, caller, { caseId, memberIds: [...new Set(memberIds)] }),
      ),
    );
    some.forEach((caseId, index) => seen.set(caseId, replies[index]?.memberIds ?? []));
  }
  return seen;
}
