import { v7 as uuidv7 } from 'uuid';
import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { createWebhook as contract, InputOf, ReplyOf } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { keepWebhook, lockWebhooksOf, webhooksOf } from '../data/webhooks.js';
import { toWebhook } from '../queries/list-webhooks.js';
import type { WebhooksContext } from '../webhooks-context.js';
import { emitAct, newWebhookSecret } from './webhook-acts.js';

const mostWebhooks = 20;

/**
 * Adds an endpoint to the caller's organisation. Its secret is in the reply and in no other; a lost reply is an endpoint
 * to be removed, which is why this is no command that can be repeated.
 * @throws AppError `invalid-input` for an address that is not allowed, `conflict` beyond 20 endpoints.
 */
export async function createWebhook(
  { service, egress }: WebhooksContext,
  caller: Caller,
  { url, eventTypes, description }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const actor = asOrganisation(caller);
  const { organisationId } = actor;
  egress.check(url);
  const now = service.clock.now();
  const secret = newWebhookSecret();
  return service.db.transaction(async (tx) => {
    await lockWebhooksOf(tx, organisationId);
    if ((await webhooksOf(tx, organisationId)).length >= mostWebhooks) {
      throw conflict(`An organisation has at most ${String(mostWebhooks)} webhooks. Remove one first.`);
    }
    const id = uuidv7();
    const row = await keepWebhook(tx, { id, organisationId, url, description, eventTypes, secret }, now);
    emitAct(tx, actor, 'webhook.create', id, now);
    return { ...toWebhook(row), secret };
  });
}
