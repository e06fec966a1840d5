import { z } from 'zod';
import { exportPage } from '../access/export.js';
import { request } from '../define.js';
import { id } from '../fields.js';

export const exportWebhooks = request('notify', 'export-webhooks', {
  summary: "A page of an organisation's webhooks, without their secrets, for its export.",
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ exportId: id, after: id.optional() }),
  reply: exportPage,
});
