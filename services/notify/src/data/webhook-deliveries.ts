import type { webhookDelivery } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { z } from 'zod';

type Delivery = z.output<typeof webhookDelivery>;

export interface NewDelivery {
  readonly type: string;
  readonly body: string;
  /** The event it comes from, or what stands for it: an endpoint is told of it once. */
  readonly sourceMessage: string;
  readonly traceparent: string | undefined;
}

const record = statement(
  'record-webhook-deliveries',
  `insert into webhook_delivery (id, webhook_id, type, body, source_message, traceparent, created_at, due_at)
   select uuidv7(), w.id, $1, $2, $3, $4, $5, $5
     from webhook w
    where w.status = 'active' and $1 = any (w.event_types) and w.organisation_id = any ($6::uuid[])
   on conflict (webhook_id, source_message, type) do nothing`,
);

/** Records something for the endpoints of organisations that want to hear of it. */
export function recordNews(
  tx: Transaction,
  organisationIds: readonly string[],
  { type, body, sourceMessage, traceparent }: NewDelivery,
  now: Date,
): void {
  tx.later(record, [type, body, sourceMessage, traceparent ?? null, now, organisationIds]);
}

const listening = statement<{ one: number }>(
  'webhooks-listening',
  `select 1 as one from webhook where status = 'active' and $1 = any (event_types) limit 1`,
);

/** Whether any endpoint at all wants to hear of such things. */
export const anyoneListens = async (db: Queryable, type: string): Promise<boolean> =>
  (await db.run(listening, [type])).length > 0;

const recordOne = statement(
  'record-webhook-delivery',
  `insert into webhook_delivery (id, webhook_id, type, body, source_message, traceparent, created_at, due_at)
   values ($1, $2, $3, $4, $1, $5, $6, $6)`,
);

/** Records something for one endpoint. */
export function recordDelivery(
  tx: Transaction,
  d: { id: string; webhookId: string; type: string; body: string; traceparent: string | undefined },
  now: Date,
): void {
  tx.later(recordOne, [d.id, d.webhookId, d.type, d.body, d.traceparent ?? null, now]);
}

interface LogRow {
  readonly deliveryId: string;
  readonly type: Delivery['type'];
  readonly state: Delivery['state'];
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
  readonly attempts: Delivery['attempts'];
}

const log = statement<LogRow>(
  'webhook-delivery-log',
  `select d.id as "deliveryId", d.type, d.state, d.created_at as "createdAt", d.due_at as "nextAttemptAt",
          coalesce((
            select jsonb_agg(jsonb_build_object(
                     'at', to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'outcome', a.outcome,
                     'status', a.status, 'code', a.code, 'durationMs', a.duration_ms) order by a.number)
              from webhook_attempt a where a.delivery_id = d.id), '[]') as attempts
     from webhook_delivery d
    where d.webhook_id = $1 and ($2::text is null or d.state = $2::text) and ($3::uuid is null or d.id < $3::uuid)
    order by d.id desc limit $4`,
);

/** Deliveries to an endpoint with their attempts, newest first. */
export async function deliveryLog(
  db: Queryable,
  webhookId: string,
  { state, before, limit }: { state: string | undefined; before: string | undefined; limit: number },
): Promise<Delivery[]> {
  const rows = await db.run(log, [webhookId, state ?? null, before ?? null, limit]);
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
  }));
}

const again = `set state = 'pending', due_at = $2, attempts_before = attempts`;

const replayOne = statement<{ id: string }>(
  'replay-webhook-delivery',
  `update webhook_delivery ${again} where webhook_id = $1 and id = $3 returning id`,
);
const replayFailed = statement<{ id: string }>(
  'replay-failed-webhook-deliveries',
  `update webhook_delivery ${again}
    where id in (
      select id from webhook_delivery
      where webhook_id = $1 and state = 'failed' and created_at >= $3 order by id limit $4
    )
   returning id`,
);

/** Makes a delivery due again, from the beginning of the schedule. @returns false when there is no such one. */
export async function replayDelivery(
  tx: Transaction,
  webhookId: string,
  deliveryId: string,
  now: Date,
): Promise<boolean> {
  return (await tx.run(replayOne, [webhookId, now, deliveryId])).length > 0;
}

/** Makes all that failed since a time due again. @returns how many. */
export async function replayFailedSince(
  tx: Transaction,
  webhookId: string,
  since: Date,
  now: Date,
  most: number,
): Promise<number> {
  return (await tx.run(replayFailed, [webhookId, now, since, most])).length;
}

const purge = statement<{ one: number }>(
  'purge-webhook-deliveries',
  `delete from webhook_delivery where id in (
     select id from webhook_delivery where state <> 'pending' and created_at < $1 limit 1000 for update skip locked
   ) returning 1 as one`,
);

/** Deletes a batch of what is old and settled. @returns how many. */
export const purgeDeliveries = async (db: Queryable, before: Date): Promise<number> =>
  (await db.run(purge, [before])).length;
