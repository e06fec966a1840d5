import type { MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit } from '../data/audit.js';

/**
 * Writes to the audit that a member was refused an act on a case. Outside the act's transaction, whose rollback must
 * not take it along. (Acts that are carried out reach the audit as events.)
 */
export const auditRefusal = (
  service: ServiceContext,
  caller: MemberCaller,
  act: 'case.share' | 'case.revoke' | 'case.invite-only' | 'case.restrict' | 'case.governance-open',
  caseId: string,
): Promise<void> =>
  appendAudit(service.db, {
    at: service.clock.now(),
    actor: actorOf(caller),
    act,
    outcome: 'refused',
    caseId,
    traceId: currentTraceId(),
  });
