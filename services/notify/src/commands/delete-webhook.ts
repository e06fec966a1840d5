import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { deleteWebhook as contract, InputOf, ReplyOf } from '@definitivedx/contracts';
import { removeWebhook } from '../data/webhooks.js';
import { emitAct, holdWebhook } from './webhook-acts.js';

/** Removes an endpoint of the caller's organisation and its secrets. @throws AppError `not-found` */
export async function deleteWebhook(
  service: ServiceContext,
  caller: Caller,
  { webhookId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const actor = asOrganisation(caller);
  const now = service.clock.now();
  await service.db.transaction(async (tx) => {
    await holdWebhook(tx, actor, webhookId);
    removeWebhook(tx, webhookId);
    emitAct(tx, actor, 'webhook.delete', webhookId, now);
  });
  return { deletedAt: now.toISOString() };
}
