import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, linkIdentity as contract } from '@definitivedx/contracts';
import { AppError, conflict, invalidInput } from '@definitivedx/errors';
import type { Transaction } from '@definitivedx/db';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit, appendAuditWith } from '../data/audit.js';
import { assertActing } from '../data/directory.js';
import { findIssuer } from '../data/issuers.js';
import { hasHistory, identityOwner, keepIdentity, mergeInto, placeOfBoth } from '../data/identities.js';
import { lockRegistration } from '../data/registration.js';

type Input = InputOf<typeof contract>;

/**
 * Lets an identity that the caller has just proved stand for them too. An account that it had, and that nothing was
 * done with yet, goes into theirs with its places; any other account stays apart, because what was done with it is
 * kept under its id.
 * @throws AppError `conflict` when the identity has an account of its own that cannot be merged, `forbidden`.
 */
export async function linkIdentity(
  service: ServiceContext,
  caller: Caller,
  input: Input,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const at = service.clock.now();
  await assertActing(service.db, member);
  const entry = { at, actor: actorOf(caller), act: 'identity.link', traceId: currentTraceId() };
  try {
    return await service.db.transaction(async (tx) => {
      await lockRegistration(tx);
      if (!(await findIssuer(tx, input.issuer)))
        throw invalidInput('No organisation has registered where you signed in.');
      const owner = await identityOwner(tx, input.issuer, input.subject);
      if (owner === undefined) keepIdentity(tx, input, member.memberId, at);
      else if (owner.memberId !== member.memberId) await merge(tx, owner, member.memberId, at);
      appendAuditWith(tx, {
        ...entry,
        outcome: 'allowed',
        subjectId: owner?.memberId ?? member.memberId,
        detail: { merged: owner !== undefined && owner.memberId !== member.memberId },
      });
      return { issuer: input.issuer, linkedAt: at.toISOString() };
    });
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict')
      await appendAudit(service.db, { ...entry, outcome: 'refused', subjectId: member.memberId });
    throw error;
  }
}

async function merge(
  tx: Transaction,
  { memberId: other, status }: { memberId: string; status: 'active' | 'disabled' },
  memberId: string,
  at: Date,
): Promise<void> {
  if (status !== 'active') {
    throw conflict(
      'The account of this sign-in has ended. Ask the administrator of that organisation to register you anew.',
    );
  }
  if (await hasHistory(tx, other)) {
    throw conflict(
      'This sign-in has an account of its own with cases, a panel or a duty. Ask the administrator of that organisation to end it, and to register you there anew.',
    );
  }
  const both = await placeOfBoth(tx, other, memberId);
  if (both !== undefined) {
    throw conflict(
      `Both of your accounts have a place in ${both}. Ask its administrator to remove one of them first.`,
    );
  }
  mergeInto(tx, other, memberId, at);
}
