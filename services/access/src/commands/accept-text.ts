import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, acceptText as contract } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { recordConsent, textsInForce } from '../data/consents.js';
import { assertActing } from '../data/directory.js';

/**
 * Records that the caller accepts a text in force, with version, hash and time. Repeating it keeps the first time.
 * @throws AppError `conflict` when that is not the text in force: the person has read another one.
 */
export async function acceptText(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const now = service.clock.now();
  await assertActing(service.db, member);
  const texts = await textsInForce(service.db, member.memberId, now);
  const current = texts.find((text) => text.kind === input.kind);
  if (current?.version !== input.version || current.hash !== input.hash) {
    throw conflict(
      'This text has changed since you read it. Reload it, read the new version and accept that one.',
    );
  }
  const acceptedAt = await service.db.transaction(async (tx) => {
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(caller),
      act: 'consent.accept',
      outcome: 'allowed',
      detail: { kind: input.kind, version: input.version, hash: input.hash },
      traceId: currentTraceId(),
    });
    return recordConsent(tx, member.memberId, input, now);
  });
  return { acceptedAt: acceptedAt.toISOString() };
}
