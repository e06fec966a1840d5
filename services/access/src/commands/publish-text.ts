import { createHash } from 'node:crypto';
import type { ServiceContext } from '@definitivedx/bus';
import type { Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, publishText as contract } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { keepText } from '../data/consents.js';

/**
 * Publishes a version of a text. A repeat changes nothing, not even when it takes effect.
 * @returns the SHA-256 of the body.
 * @throws AppError `conflict` when the version was published with other words: members accepted those.
 */
export async function publishText(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const hash = createHash('sha256').update(input.body, 'utf8').digest('hex');
  const text = { ...input, hash, effectiveFrom: new Date(input.effectiveFrom) };
  const now = service.clock.now();
  const kept = await service.db.transaction(async (tx) => {
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(caller),
      act: 'consent.publish',
      outcome: 'allowed',
      detail: { kind: input.kind, version: input.version, hash },
      traceId: currentTraceId(),
    });
    return keepText(tx, text, now);
  });
  if (kept?.hash !== hash || kept.title !== input.title) {
    throw conflict(
      `Version ${input.version} was already published with other words. Publish these as a new version.`,
    );
  }
  return { hash };
}
