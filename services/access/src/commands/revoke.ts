import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, revokeGrant } from '@definitivedx/contracts';
import { forbidden, notFound } from '@definitivedx/errors';
import { lookingUpControl } from '../data/decision.js';
import { assertActing } from '../data/directory.js';
import { endGrant, granteeOf, lockingCase, openAnswerers } from '../data/grants.js';
import { auditGrants } from './audit-grants.js';
import { auditRefusal } from './audit-refusal.js';

/**
 * Ends a grant at once: no check that begins after the reply finds it open. Repeating it changes nothing.
 * @returns when it ended, and who could still answer for the case.
 * @throws AppError `not-found` for another's case as for one that does not exist, and for a grant it does not have.
 */
export async function revoke(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof revokeGrant>,
): Promise<ReplyOf<typeof revokeGrant>> {
  const member = asMember(caller);
  const now = service.clock.now();

  const ended = await service.db.transaction(async (tx) => {
    await assertActing(tx, member);
    const [[found], [control]] = await tx.runAll(
      lockingCase(input.caseId),
      lookingUpControl(input.caseId, member, now),
    );
    if (!found || !control) return undefined;
    const grant = await endGrant(tx, input.caseId, input.grantId, now, member.memberId);
    if (!grant) throw notFound('share');
    if (grant.control && control.via === 'delegate' && grant.principalId !== member.memberId) {
      throw forbidden(
        'A delegate cannot end the control of another one. Ask the requester or their practice.',
      );
    }
    const { caseId, grantId } = input;
    // A repeat finds it ended earlier.
    if (grant.revokedAt?.getTime() === now.getTime())
      auditGrants(tx, member, { act: 'grant.end', caseId, at: now, grants: 1, grantId });
    return { grant, answerers: await openAnswerers(tx, input.caseId, now) };
  });

  if (!ended) {
    await auditRefusal(service, member, 'case.revoke', input.caseId);
    throw notFound('case');
  }
  return {
    revokedAt: (ended.grant.revokedAt ?? now).toISOString(),
    to: granteeOf(ended.grant),
    answerers: ended.answerers.map((answerer) => ({
      grantId: answerer.grantId,
      to: granteeOf(answerer),
      leadMemberId: answerer.leadMemberId,
    })),
  };
}
