import { asMember, type Caller } from '@definitivedx/auth';
import { emit, type ServiceContext } from '@definitivedx/bus';
import {
  governanceOpened,
  type InputOf,
  type ReplyOf,
  type openForGovernance as contract,
} from '@definitivedx/contracts';
import { forbidden, notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { v7 } from 'uuid';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { findingOpening, governs, insertOpening } from '../data/governance.js';
import { lockingCase } from '../data/grants.js';
import { auditRefusal } from './audit-refusal.js';

/** For how long a case stays open to governance, in milliseconds. */
const openMs = 24 * 60 * 60_000;

/**
 * Opens a case of the caller's organisation to them as its governance lead, for a day. The requester is alerted by the
 * event that is committed with it. Asking again while it is open changes nothing.
 * @throws AppError `forbidden` when governance access is not turned on or not theirs; `not-found` for another
 * organisation's case as for one that does not exist.
 */
export async function openForGovernance(
  service: ServiceContext,
  caller: Caller,
  { caseId, reason }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  if (!(await governs(service.db, member))) {
    await auditRefusal(service, member, 'case.governance-open', caseId);
    throw forbidden(
      'Only a governance lead may open a case like this, and only when the organisation has turned that on. Ask its administrator.',
    );
  }
  const now = service.clock.now();
  const until = new Date(now.getTime() + openMs);
  const opened = await service.db.transaction(async (tx) => {
    const [[found], [inForce]] = await tx.runAll(lockingCase(caseId), findingOpening(caseId, member, now));
    if (found?.organisationId !== member.organisationId) return undefined;
    if (inForce) return inForce;
    const openingId = v7();
    insertOpening(tx, { openingId, caseId, by: member, reason, from: now, until });
    emit(tx, governanceOpened, caseId, {
      openingId,
      caseId,
      requesterId: found.requesterId,
      memberId: member.memberId,
      at: now.toISOString(),
    });
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(member),
      act: 'case.governance-open',
      outcome: 'allowed',
      caseId,
      subjectId: openingId,
      traceId: currentTraceId(),
    });
    return { openingId, endsAt: until };
  });
  if (!opened) {
    await auditRefusal(service, member, 'case.governance-open', caseId);
    throw notFound('case');
  }
  return { openingId: opened.openingId, endsAt: opened.endsAt.toISOString() };
}
