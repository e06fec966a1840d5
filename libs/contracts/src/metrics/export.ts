import { z } from 'zod';
import { exportPage } from '../access/export.js';
import { request } from '../define.js';
import { id } from '../fields.js';

export const exportFigures = request('metrics', 'export-figures', {
  summary: "A year of an organisation's figures, per panel and month, for its export.",
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({
    exportId: id,
    after: z
      .string()
      .regex(/^20\d{2}$/)
      .optional()
      .describe('The year before.'),
  }),
  reply: exportPage,
});
