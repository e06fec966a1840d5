import { z } from 'zod';
import { event, request } from '../define.js';
import { id, instant, line } from '../fields.js';

/**
 * What an organisation's endpoint can be told of. Each says only that something happened: ids, codes and times, and an
 * id opens nothing to anybody who may not see the case.
 */
export const webhookEventTypes = [
  'case.shared',
  'case.posted',
  'case.advice_given',
  'case.responsibility_moved',
  'case.access_ended',
  'case.ended',
] as const;

export const webhookEventType = z.enum(webhookEventTypes);
/** As it stands in a delivery: `ping` comes when it is asked for. */
const deliveredType = z.enum([...webhookEventTypes, 'ping']);

const url = z.string().min(1).max(2_048).describe('Where to; https, on the public internet.');
const eventTypes = z
  .array(webhookEventType)
  .min(1)
  .max(webhookEventTypes.length)
  .transform((list) => [...new Set(list)]);
const description = line(200);
const secret = z
  .string()
  .describe('whsec_…, after the Standard Webhooks specification. Shown now and never again.');

export const webhook = z.strictObject({
  webhookId: id,
  url: z.string(),
  eventTypes: z.array(webhookEventType),
  description: z.string().nullable(),
  status: z.enum(['active', 'disabled']),
  disabledReason: z
    .enum(['by-hand', 'gone', 'failing'])
    .nullable()
    .describe('By an administrator; because it answered 410; because it failed for days.'),
  disabledAt: instant.nullable(),
  failingSince: instant.nullable().describe('Since when each attempt has failed.'),
  createdAt: instant,
});

const who = { members: ['organisation-admin'], clients: ['webhooks'] } as const;
const from = ['gateway'] as const;
const one = z.strictObject({ webhookId: id });

export const listWebhooks = request('notify', 'list-webhooks', {
  summary: "The organisation's endpoints, and how each fares.",
  from,
  who,
  request: z.strictObject({}),
  reply: z.strictObject({ webhooks: z.array(webhook) }),
});

export const createWebhook = request('notify', 'create-webhook', {
  summary: 'Adds an endpoint that is told what happens to the cases of the organisation and its panels.',
  from,
  who,
  request: z.strictObject({ url, eventTypes, description: description.optional() }),
  reply: webhook.extend({ secret }),
});

export const changeWebhook = request('notify', 'change-webhook', {
  summary: 'Changes an endpoint, or turns it off or on again. What is absent stays.',
  from,
  who,
  request: one.extend({
    url: url.optional(),
    eventTypes: eventTypes.optional(),
    description: description.nullable().optional(),
    status: z.enum(['active', 'disabled']).optional(),
  }),
  reply: webhook,
});

export const deleteWebhook = request('notify', 'delete-webhook', {
  summary: 'Removes an endpoint; what was still to be delivered to it is not.',
  from,
  who,
  request: one,
  reply: z.strictObject({ deletedAt: instant }),
});

export const rotateWebhookSecret = request('notify', 'rotate-webhook-secret', {
  summary: 'Makes a new secret. For 24 hours deliveries are signed with the old one as well.',
  from,
  who,
  request: one,
  reply: z.strictObject({ secret, oldCountsUntil: instant }),
});

export const pingWebhook = request('notify', 'ping-webhook', {
  summary: 'Delivers a `ping` to an endpoint, to see whether it works.',
  from,
  who,
  request: one,
  reply: z.strictObject({ deliveryId: id }),
});

export const webhookDelivery = z.strictObject({
  deliveryId: id.describe('The webhook-id of each attempt.'),
  type: deliveredType,
  state: z.enum(['pending', 'delivered', 'failed']),
  createdAt: instant,
  nextAttemptAt: instant.nullable(),
  attempts: z.array(
    z.strictObject({
      at: instant,
      outcome: z
        .enum(['delivered', 'failed', 'refused'])
        .describe('Refused: its address leads to where nothing is sent, and no connection was made.'),
      status: z.int().nullable().describe('Of the HTTP answer, when there was one.'),
      code: z.string().nullable().describe('Why there was none.'),
      durationMs: z.int(),
    }),
  ),
});

export const listWebhookDeliveries = request('notify', 'list-webhook-deliveries', {
  summary:
    'What was, or is to be, delivered to an endpoint, newest first, with each attempt; kept for 30 days.',
  from,
  who,
  request: one.extend({
    state: z.enum(['pending', 'delivered', 'failed']).optional(),
    cursor: id.optional().describe('Take it from the previous page.'),
    limit: z.int().min(1).max(100).default(50),
  }),
  reply: z.strictObject({ deliveries: z.array(webhookDelivery), cursor: id.nullable() }),
});

export const replayWebhookDelivery = request('notify', 'replay-webhook-delivery', {
  summary: 'Delivers something once more, under the same webhook-id.',
  from,
  who,
  request: one.extend({ deliveryId: id }),
  reply: z.strictObject({ deliveryId: id }),
});

export const replayFailedDeliveries = request('notify', 'replay-failed-deliveries', {
  summary: 'Delivers once more all that failed since a time, oldest first; at most 10,000 at once.',
  from,
  who,
  request: one.extend({ since: instant }),
  reply: z.strictObject({ replayed: z.int() }),
});

/** An act to be appended to the audit. Codes and ids only. */
export const webhookActed = event('notify', 'webhook-acted', 1, {
  summary: 'Someone administered an endpoint; access appends it to the audit.',
  consumers: ['access'],
  data: z.strictObject({
    act: z.enum([
      'webhook.create',
      'webhook.change',
      'webhook.delete',
      'webhook.rotate',
      'webhook.ping',
      'webhook.replay',
      'webhook.disabled',
    ]),
    actor: z.strictObject({
      kind: z.enum(['member', 'client', 'service']),
      id: id.nullable(),
      from: z.string().max(64).nullable(),
    }),
    organisationId: id,
    webhookId: id,
    at: instant,
  }),
});
