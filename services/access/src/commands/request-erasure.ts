import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, requestErasure as contract } from '@definitivedx/contracts';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { assertActing } from '../data/directory.js';
import { keepErasureRequest } from '../data/erasures.js';
import { answerBy } from '../queries/erasure-report.js';

/** Records that the caller asks to be erased; operators find it in the audit. Repeating it keeps the first time. */
export async function requestErasure(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const now = service.clock.now();
  await assertActing(service.db, member);
  const requestedAt = await service.db.transaction(async (tx) => {
    const kept = await keepErasureRequest(tx, member.memberId, now);
    if (kept.isNew) {
      appendAuditWith(tx, {
        at: now,
        actor: actorOf(caller),
        act: 'account.request-erasure',
        outcome: 'allowed',
        subjectId: member.memberId,
        traceId: currentTraceId(),
      });
    }
    return kept.requestedAt;
  });
  return { requestedAt: requestedAt.toISOString(), answerBy: answerBy(requestedAt).toISOString() };
}
