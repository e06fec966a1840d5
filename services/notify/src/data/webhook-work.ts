import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { DisabledReason } from './webhooks.js';

/** An endpoint that has been taken up for delivering to it. */
export interface Endpoint {
  readonly id: string;
  readonly organisationId: string;
}

const claim = statement<Endpoint>(
  'claim-webhooks',
  `update webhook set leased_until = $2
    where id in (
      select w.id from webhook w
       where w.status = 'active' and w.leased_until <= $1 and (w.paused_until is null or w.paused_until <= $1)
         and exists (select 1 from webhook_delivery d where d.webhook_id = w.id and d.due_at <= $1)
       order by w.leased_until limit $3 for update skip locked
    )
   returning id, organisation_id as "organisationId"`,
);

/** Takes up endpoints for which something is due, those served longest ago first. */
export const claimEndpoints = (
  db: Queryable,
  now: Date,
  leaseUntil: Date,
  limit: number,
): Promise<Endpoint[]> => db.run(claim, [now, leaseUntil, limit]);

const release = statement(
  'release-webhook',
  `update webhook set leased_until = $2 where id = $1 and leased_until = $3`,
);

/** Gives an endpoint back, unless its lease ran out and another has it. */
export async function releaseEndpoint(db: Queryable, id: string, now: Date, lease: Date): Promise<void> {
  await db.run(release, [id, now, lease]);
}

/** Something that is due, and the endpoint as it is at this moment. */
export interface DueDelivery {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly attempts: number;
  readonly attemptsBefore: number;
  readonly traceparent: string | null;
  readonly createdAt: Date;
  readonly url: string;
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly previousUntil: Date | null;
  readonly failures: number;
  readonly failingSince: Date | null;
}

const next = statement<DueDelivery>(
  'next-webhook-delivery',
  `select d.id, d.type, d.body, d.attempts, d.attempts_before as "attemptsBefore", d.traceparent,
          d.created_at as "createdAt", w.url, w.secret, w.previous_secret as "previousSecret",
          w.previous_until as "previousUntil", w.failures, w.failing_since as "failingSince"
     from webhook_delivery d join webhook w on w.id = d.webhook_id and w.status = 'active'
    where d.webhook_id = $1 and d.due_at <= $2 order by d.due_at, d.id limit 1`,
);

/** What is due next for an endpoint that is still active. */
export async function nextDelivery(
  db: Queryable,
  endpointId: string,
  now: Date,
): Promise<DueDelivery | undefined> {
  const [row] = await db.run(next, [endpointId, now]);
  return row;
}

export interface Attempt {
  readonly outcome: 'delivered' | 'failed' | 'refused';
  readonly status: number | null;
  readonly code: string | null;
  readonly durationMs: number;
}

const insertAttempt = statement(
  'insert-webhook-attempt',
  `insert into webhook_attempt (delivery_id, number, at, outcome, status, code, duration_ms)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
);
const settle = statement(
  'settle-webhook-delivery',
  `update webhook_delivery set attempts = greatest(attempts, $2), state = $3, due_at = $4 where id = $1`,
);

/** Records an attempt and what becomes of the delivery: `again` is when it is due next, undefined for never. */
export function settleAttempt(
  tx: Transaction,
  delivery: DueDelivery,
  attempt: Attempt,
  at: Date,
  again: Date | undefined,
): void {
  const number = delivery.attempts + 1;
  const { outcome, status, code, durationMs } = attempt;
  tx.later(insertAttempt, [delivery.id, number, at, outcome, status, code, durationMs]);
  const state = outcome === 'delivered' ? 'delivered' : again ? 'pending' : 'failed';
  tx.later(settle, [delivery.id, number, state, again ?? null]);
}

const succeeded = statement(
  'webhook-succeeded',
  `update webhook set failures = 0, failing_since = null, paused_until = null where id = $1 and failures > 0`,
);
const failed = statement(
  'webhook-failed',
  `update webhook set failures = failures + 1, failing_since = coalesce(failing_since, $2), paused_until = $3
    where id = $1`,
);
const disable = statement<{ id: string }>(
  'disable-webhook',
  `update webhook set status = 'disabled', disabled_reason = $2, disabled_at = $3 where id = $1 and status = 'active'
   returning id`,
);

/** Notes that an endpoint works. */
export function noteSuccess(tx: Transaction, id: string): void {
  tx.later(succeeded, [id]);
}

/** Notes that an endpoint failed, and leaves it alone for a while. */
export function noteFailure(tx: Transaction, id: string, now: Date, pausedUntil: Date): void {
  tx.later(failed, [id, now, pausedUntil]);
}

/** Turns an endpoint off. @returns false when it was no longer on. */
export async function disableEndpoint(
  tx: Transaction,
  id: string,
  reason: DisabledReason,
  now: Date,
): Promise<boolean> {
  return (await tx.run(disable, [id, reason, now])).length > 0;
}
