import { asOrganisation, type Caller } from '@definitivedx/auth';
import type {
  InputOf,
  replayFailedDeliveries as failedContract,
  replayWebhookDelivery as oneContract,
  ReplyOf,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, notFound } from '@definitivedx/errors';
import { replayDelivery, replayFailedSince } from '../data/webhook-deliveries.js';
import type { WebhooksContext } from '../webhooks-context.js';
import { emitAct, holdWebhook } from './webhook-acts.js';

const mostAtOnce = 10_000;

/** Delivers one thing again. @throws AppError `not-found`, `conflict` for an endpoint that is turned off. */
export async function replayWebhookDelivery(
  context: WebhooksContext,
  caller: Caller,
  { webhookId, deliveryId }: InputOf<typeof oneContract>,
): Promise<ReplyOf<typeof oneContract>> {
  await replaying(context, caller, webhookId, async (tx, now) => {
    if (!(await replayDelivery(tx, webhookId, deliveryId, now))) throw notFound('delivery');
  });
  return { deliveryId };
}

/** Delivers again what failed since a time. @throws AppError as above. */
export async function replayFailedDeliveries(
  context: WebhooksContext,
  caller: Caller,
  { webhookId, since }: InputOf<typeof failedContract>,
): Promise<ReplyOf<typeof failedContract>> {
  const replayed = await replaying(context, caller, webhookId, (tx, now) =>
    replayFailedSince(tx, webhookId, new Date(since), now, mostAtOnce),
  );
  return { replayed };
}

async function replaying<T>(
  { service, sender }: WebhooksContext,
  caller: Caller,
  webhookId: string,
  work: (tx: Transaction, now: Date) => Promise<T>,
): Promise<T> {
  const actor = asOrganisation(caller);
  const now = service.clock.now();
  return service.db.transaction(async (tx) => {
    const { status } = await holdWebhook(tx, actor, webhookId);
    if (status === 'disabled') throw conflict('This webhook is turned off. Turn it on first.');
    const done = await work(tx, now);
    emitAct(tx, actor, 'webhook.replay', webhookId, now);
    tx.afterCommit(() => {
      sender.wake();
    });
    return done;
  });
}
