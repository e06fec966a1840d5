import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  listWebhookDeliveries as deliveriesContract,
  listWebhooks as contract,
  ReplyOf,
  webhook,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import type { z } from 'zod';
import { deliveryLog } from '../data/webhook-deliveries.js';
import { webhooksOf, type WebhookRow } from '../data/webhooks.js';

/** The endpoints of the caller's organisation. */
export async function listWebhooks(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  const rows = await webhooksOf(service.db, asOrganisation(caller).organisationId);
  return { webhooks: rows.map(toWebhook) };
}

/** A page of what was delivered to an endpoint. @throws AppError `not-found` for another organisation's. */
export async function listWebhookDeliveries(
  service: ServiceContext,
  caller: Caller,
  { webhookId, state, cursor, limit }: InputOf<typeof deliveriesContract>,
): Promise<ReplyOf<typeof deliveriesContract>> {
  const rows = await webhooksOf(service.db, asOrganisation(caller).organisationId);
  if (!rows.some(({ id }) => id === webhookId)) throw notFound('webhook');
  const deliveries = await deliveryLog(service.db, webhookId, { state, before: cursor, limit });
  const last = deliveries.length < limit ? undefined : deliveries.at(-1);
  return { deliveries, cursor: last?.deliveryId ?? null };
}

/** An endpoint as its organisation sees it: without its secrets. */
export const toWebhook = (row: WebhookRow): z.output<typeof webhook> => ({
  webhookId: row.id,
  url: row.url,
  eventTypes: row.eventTypes,
  description: row.description,
  status: row.status,
  disabledReason: row.disabledReason,
  disabledAt: row.disabledAt?.toISOString() ?? null,
  failingSince: row.failingSince?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});
