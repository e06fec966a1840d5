import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, setInviteOnly as contract } from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { lookingUpControl } from '../data/decision.js';
import { markInviteOnly } from '../data/governance.js';
import { findingAnswerers, lockingCase } from '../data/grants.js';
import { auditRefusal } from './audit-refusal.js';

/**
 * Marks a case as open to people by name alone, or ends that. Under the case's lock, so that no wider share can slip in.
 * @throws AppError `not-found` to anyone who does not control the case; `conflict` while it is shared more widely, or flagged
 */
export async function setInviteOnly(
  service: ServiceContext,
  caller: Caller,
  { caseId, inviteOnly }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const now = service.clock.now();
  const done = await service.db.transaction(async (tx) => {
    const [[found], [control], open] = await tx.runAll(
      lockingCase(caseId),
      lookingUpControl(caseId, member, now),
      findingAnswerers(caseId, now),
    );
    if (!found || !control) return false;
    const wider = open.filter(({ kind }) => kind !== 'member').length;
    if (inviteOnly && wider > 0) {
      throw conflict(
        `The case is shared with ${String(wider)} panel(s) or all members. End these shares first, then mark it as invite-only.`,
      );
    }
    if (!inviteOnly && found.flagged) {
      throw conflict('A flag keeps this case among people invited by name. Have the flag taken off first.');
    }
    markInviteOnly(tx, caseId, inviteOnly);
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(member),
      act: 'case.invite-only',
      outcome: 'allowed',
      caseId,
      detail: { inviteOnly },
      traceId: currentTraceId(),
    });
    return true;
  });
  if (!done) {
    await auditRefusal(service, member, 'case.invite-only', caseId);
    throw notFound('case');
  }
  return { inviteOnly };
}
