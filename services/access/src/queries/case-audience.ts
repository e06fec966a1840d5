import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, caseAudience as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { countingReach, findingCover, findingHome, findingOpenings } from '../data/audience.js';
import { findingGrants, granteeOf } from '../data/grants.js';
import { checkAccess } from './check-access.js';

/**
 * Who the case is and was shared with and who else sees it, for those who control it. Audited like any other read.
 * @throws AppError `not-found` for everybody else, whether the case exists or not.
 */
export async function caseAudience(
  service: ServiceContext,
  caller: Caller,
  { caseId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { allowed } = await checkAccess(service, caller, { caseIds: [caseId], purpose: 'audience' });
  if (allowed.length === 0) throw notFound('case');
  const [[home], grants, cover, openings, [reach]] = await service.db.runAll(
    findingHome(caseId),
    findingGrants(caseId),
    findingCover(caseId),
    findingOpenings(caseId),
    countingReach({ caseId, asker: asMember(caller) }, [], service.clock.now()),
  );
  if (!home || !reach) throw notFound('case');
  const { inviteOnly, ...requester } = home;
  return {
    inviteOnly,
    requester,
    grants: grants.map((grant) => ({
      grantId: grant.grantId,
      to: granteeOf(grant),
      givenBy: grant.givenBy,
      givenAt: grant.givenAt.toISOString(),
      expiresAt: grant.expiresAt?.toISOString() ?? null,
      revokedAt: grant.revokedAt?.toISOString() ?? null,
      control: grant.control,
      reason: grant.reason,
      name: grant.name,
    })),
    cover: [...cover],
    governance: openings.map(({ openedAt, endsAt, ...opening }) => ({
      ...opening,
      openedAt: openedAt.toISOString(),
      endsAt: endsAt.toISOString(),
    })),
    reach,
  };
}
