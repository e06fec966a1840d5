import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { changeWebhook as contract, InputOf, ReplyOf } from '@definitivedx/contracts';
import { changeWebhookRow, giveUpPending } from '../data/webhooks.js';
import { toWebhook } from '../queries/list-webhooks.js';
import type { WebhooksContext } from '../webhooks-context.js';
import { emitAct, holdWebhook } from './webhook-acts.js';

/**
 * Changes an endpoint. Turned off, it gives up what was to be delivered; turned on again, it begins anew, and what was
 * given up can be replayed.
 * @throws AppError `not-found`, `invalid-input` for an address that is not allowed.
 */
export async function changeWebhook(
  { service, egress }: WebhooksContext,
  caller: Caller,
  { webhookId, url, eventTypes, description, status }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const actor = asOrganisation(caller);
  if (url !== undefined) egress.check(url);
  const now = service.clock.now();
  return service.db.transaction(async (tx) => {
    const before = await holdWebhook(tx, actor, webhookId);
    const after = await changeWebhookRow(
      tx,
      {
        id: webhookId,
        url: url ?? before.url,
        eventTypes: eventTypes ?? before.eventTypes,
        description: description === undefined ? before.description : description,
        status: status ?? before.status,
      },
      now,
    );
    if (after.status === 'disabled' && before.status === 'active') giveUpPending(tx, webhookId);
    emitAct(tx, actor, 'webhook.change', webhookId, now);
    return toWebhook(after);
  });
}
