import { z } from 'zod';
import { exportPage } from '../access/export.js';
import { request } from '../define.js';
import { id } from '../fields.js';

export const exportCases = request('cases', 'export-cases', {
  summary:
    "A page of an organisation's cases for its export, each with all that is kept of it. Access decides and audits each.",
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ exportId: id, after: id.optional() }),
  reply: exportPage,
});
