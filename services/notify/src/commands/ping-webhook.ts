import { v7 as uuidv7 } from 'uuid';
import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { InputOf, pingWebhook as contract, ReplyOf } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { currentTraceparent } from '@definitivedx/telemetry';
import { recordDelivery } from '../data/webhook-deliveries.js';
import { webhookBody } from '../domain/webhook-body.js';
import type { WebhooksContext } from '../webhooks-context.js';
import { emitAct, holdWebhook } from './webhook-acts.js';

/** Has a ping delivered to an endpoint. @throws AppError `not-found`, `conflict` for one that is turned off. */
export async function pingWebhook(
  { service, sender }: WebhooksContext,
  caller: Caller,
  { webhookId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const actor = asOrganisation(caller);
  const now = service.clock.now();
  const id = uuidv7();
  await service.db.transaction(async (tx) => {
    const { status } = await holdWebhook(tx, actor, webhookId);
    if (status === 'disabled') throw conflict('This webhook is turned off. Turn it on first.');
    const body = webhookBody('ping', now, { webhookId });
    recordDelivery(tx, { id, webhookId, type: 'ping', body, traceparent: currentTraceparent() }, now);
    emitAct(tx, actor, 'webhook.ping', webhookId, now);
    tx.afterCommit(() => {
      sender.wake();
    });
  });
  return { deliveryId: id };
}
