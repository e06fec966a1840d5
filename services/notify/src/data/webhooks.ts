import type { webhookEventType } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { z } from 'zod';

export type DisabledReason = 'by-hand' | 'gone' | 'failing';

export interface WebhookRow {
  readonly id: string;
  readonly organisationId: string;
  readonly url: string;
  readonly description: string | null;
  readonly eventTypes: z.output<typeof webhookEventType>[];
  readonly status: 'active' | 'disabled';
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Date | null;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
}

const columns = `id, organisation_id as "organisationId", url, description, event_types as "eventTypes", status,
  disabled_reason as "disabledReason", disabled_at as "disabledAt", failing_since as "failingSince",
  created_at as "createdAt"`;

const insert = statement<WebhookRow>(
  'insert-webhook',
  `insert into webhook (id, organisation_id, url, description, event_types, secret, created_at)
   values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`,
);

export interface NewWebhook {
  readonly id: string;
  readonly organisationId: string;
  readonly url: string;
  readonly description: string | undefined;
  readonly eventTypes: readonly string[];
  readonly secret: string;
}

/** Keeps a new endpoint. */
export async function keepWebhook(tx: Transaction, w: NewWebhook, now: Date): Promise<WebhookRow> {
  const values = [w.id, w.organisationId, w.url, w.description ?? null, w.eventTypes, w.secret, now];
  const [row] = await tx.run(insert, values);
  if (!row) throw new Error('an insert returned no row');
  return row;
}

const all = statement<WebhookRow>(
  'webhooks-of',
  `select ${columns} from webhook where organisation_id = $1 and status <> 'deleted' order by id`,
);

/** The endpoints of an organisation, oldest first. */
export const webhooksOf = (db: Queryable, organisationId: string): Promise<WebhookRow[]> =>
  db.run(all, [organisationId]);

const lockAll = statement(
  'lock-webhooks-of',
  `select pg_advisory_xact_lock(hashtextextended('webhooks ' || $1, 0))`,
);

/** Lets one endpoint be added to an organisation at a time, so that the limit holds. */
export async function lockWebhooksOf(tx: Transaction, organisationId: string): Promise<void> {
  await tx.run(lockAll, [organisationId]);
}

const locked = statement<WebhookRow>(
  'lock-webhook',
  `select ${columns} from webhook where id = $1 and organisation_id = $2 and status <> 'deleted' for update`,
);

/** One endpoint of an organisation, held until the transaction ends. */
export async function lockWebhook(
  tx: Transaction,
  id: string,
  organisationId: string,
): Promise<WebhookRow | undefined> {
  const [row] = await tx.run(locked, [id, organisationId]);
  return row;
}

// Turned on again, it begins anew: neither failures nor pauses of before count.
const change = statement<WebhookRow>(
  'change-webhook',
  `update webhook
      set url = $2, description = $3, event_types = $4, status = $5::text,
          disabled_reason = case when $5::text = 'active' then null else coalesce(disabled_reason, 'by-hand') end,
          disabled_at = case when $5::text = 'active' then null else coalesce(disabled_at, $6::timestamptz) end,
          failures = case when status = $5::text and url = $2 then failures else 0 end,
          failing_since = case when status = $5::text and url = $2 then failing_since end,
          paused_until = case when status = $5::text and url = $2 then paused_until end
    where id = $1
   returning ${columns}`,
);

/** Writes what an endpoint is now. */
export async function changeWebhookRow(
  tx: Transaction,
  {
    id,
    url,
    description,
    eventTypes,
    status,
  }: Pick<WebhookRow, 'id' | 'url' | 'description' | 'eventTypes' | 'status'>,
  now: Date,
): Promise<WebhookRow> {
  const [row] = await tx.run(change, [id, url, description, eventTypes, status, now]);
  if (!row) throw new Error('a held webhook has no row');
  return row;
}

const remove = statement(
  'delete-webhook',
  `update webhook set status = 'deleted', secret = '', previous_secret = null, previous_until = null,
          disabled_reason = null, disabled_at = null
    where id = $1`,
);
const dropPending = statement(
  'drop-webhook-deliveries',
  `update webhook_delivery set state = 'failed', due_at = null where webhook_id = $1 and state = 'pending'`,
);

/** Removes an endpoint with its secrets, and what was still to be delivered to it. */
export function removeWebhook(tx: Transaction, id: string): void {
  tx.later(remove, [id]);
  tx.later(dropPending, [id]);
}

/** Gives up what was still to be delivered to an endpoint. */
export function giveUpPending(tx: Transaction, id: string): void {
  tx.later(dropPending, [id]);
}

const rotate = statement(
  'rotate-webhook-secret',
  `update webhook set previous_secret = secret, previous_until = $3, secret = $2 where id = $1`,
);

/** Puts a new secret first; the one before signs as well until a time, and no third one does. */
export function rotateSecret(tx: Transaction, id: string, secret: string, oldUntil: Date): void {
  tx.later(rotate, [id, secret, oldUntil]);
}
