import type { MemberCaller } from '@definitivedx/auth';
import type { Transaction } from '@definitivedx/db';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';

/**
 * Writes with the transaction that grants were given or ended, and from where: the act itself reaches the audit as an
 * event, and events carry no network address, which is personal data that a stream could not be made to forget.
 */
export function auditGrants(
  tx: Transaction,
  caller: MemberCaller,
  done: {
    readonly act: 'grant.give' | 'grant.end';
    readonly caseId: string;
    readonly at: Date;
    readonly grants: number;
    readonly grantId?: string;
  },
): void {
  const { act, caseId, at, grants, grantId } = done;
  appendAuditWith(tx, {
    ...{ at, act, caseId, actor: actorOf(caller), outcome: 'allowed' },
    subjectId: grantId ?? null,
    detail: { grants },
    traceId: currentTraceId(),
  });
}
