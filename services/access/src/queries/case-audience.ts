import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, caseAudience as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { granteeOf, grantsOfCase } from '../data/grants.js';
import { checkAccess } from './check-access.js';

/**
 * Who the case is and was shared with, for its requester. Audited like any other read.
 * @throws AppError `not-found` for everybody else, whether the case exists or not.
 */
export async function caseAudience(
  service: ServiceContext,
  caller: Caller,
  { caseId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { allowed } = await checkAccess(service, caller, { caseIds: [caseId], purpose: 'audience' });
  if (allowed.length === 0) throw notFound('case');
  const grants = await grantsOfCase(service.db, caseId);
  return {
    grants: grants.map((grant) => ({
      grantId: grant.grantId,
      to: granteeOf(grant),
      givenBy: grant.givenBy,
      givenAt: grant.givenAt.toISOString(),
      expiresAt: grant.expiresAt?.toISOString() ?? null,
      revokedAt: grant.revokedAt?.toISOString() ?? null,
      name: grant.name,
    })),
  };
}
