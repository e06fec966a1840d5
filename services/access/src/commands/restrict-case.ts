import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, restrictCase as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { lookingUpControl, lookingUpOpening } from '../data/decision.js';
import { markFlagged } from '../data/governance.js';
import { findingAnswerers, lockingCase } from '../data/grants.js';
import { auditRefusal } from './audit-refusal.js';

/**
 * Keeps a flagged case among people invited by name, or lets go of it again; it then stays invite-only until whoever
 * controls it changes that. Under the case's lock, so that no wider share can slip in.
 * @returns the wider shares that are in the way; nothing has changed then.
 * @throws AppError `not-found` to anyone who may not post in the case
 */
export async function restrictCase(
  service: ServiceContext,
  caller: Caller,
  { caseId, flagged, version }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const now = service.clock.now();
  const done = await service.db.transaction(async (tx) => {
    const [[found], [mayPost], [control], open] = await tx.runAll(
      lockingCase(caseId),
      lookingUpOpening(caseId, member, 'post', now),
      lookingUpControl(caseId, member, now),
      findingAnswerers(caseId, now),
    );
    if (!found || !mayPost) return undefined;
    const wider = open.flatMap(({ grantId, kind, principalId }) =>
      kind === 'member' ? [] : [{ grantId, kind, panelId: kind === 'panel' ? principalId : null }],
    );
    const controls = control !== undefined;
    if (flagged && wider.length > 0) return { wider, controls };
    markFlagged(tx, caseId, flagged, version);
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(member),
      act: 'case.restrict',
      outcome: 'allowed',
      caseId,
      detail: { flagged },
      traceId: currentTraceId(),
    });
    return { wider: [], controls };
  });
  if (!done) {
    await auditRefusal(service, member, 'case.restrict', caseId);
    throw notFound('case');
  }
  return done;
}
