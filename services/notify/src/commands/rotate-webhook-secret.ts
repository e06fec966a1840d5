import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, rotateWebhookSecret as contract } from '@definitivedx/contracts';
import { rotateSecret } from '../data/webhooks.js';
import { emitAct, holdWebhook, newWebhookSecret } from './webhook-acts.js';

const bothSignMs = 24 * 60 * 60_000;

/** Makes a new secret; for a day both sign, so that the receiver has time to change over. @throws AppError `not-found` */
export async function rotateWebhookSecret(
  service: ServiceContext,
  caller: Caller,
  { webhookId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const actor = asOrganisation(caller);
  const now = service.clock.now();
  const secret = newWebhookSecret();
  const oldCountsUntil = new Date(now.getTime() + bothSignMs);
  await service.db.transaction(async (tx) => {
    await holdWebhook(tx, actor, webhookId);
    rotateSecret(tx, webhookId, secret, oldCountsUntil);
    emitAct(tx, actor, 'webhook.rotate', webhookId, now);
  });
  return { secret, oldCountsUntil: oldCountsUntil.toISOString() };
}
