import { z } from 'zod';
import { request } from '../define.js';
import { id, instant } from '../fields.js';
import { webhookDelivery } from './webhooks.js';

/** For a conformance run, whose report is the organisation's: what happened, and never what somebody says happened. */
export const channelEvidence = request('notify', 'channel-evidence', {
  summary:
    "What there is to show that an organisation's endpoints answer and that a test page reaches its on-call, within a time.",
  from: ['access'],
  who: { services: ['access'] },
  request: z.strictObject({
    organisationId: id,
    since: instant,
    until: instant.describe('Before.'),
  }),
  reply: z.strictObject({
    delivery: z
      .strictObject({
        deliveryId: id,
        webhookId: id,
        type: webhookDelivery.shape.type,
        at: instant,
        delivered: z.boolean().describe('An endpoint answered 2xx.'),
        status: z.int().nullable(),
        code: z.string().nullable(),
      })
      .nullable()
      .describe('The first one that was answered 2xx, else the latest attempt.'),
    page: z
      .strictObject({
        pageId: id,
        panelId: id,
        memberId: id,
        at: instant,
        acknowledgedAt: instant.nullable(),
      })
      .nullable()
      .describe('The first test page that was acknowledged, else the latest.'),
  }),
});
