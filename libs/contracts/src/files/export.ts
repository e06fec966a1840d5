import { z } from 'zod';
import { exportPage } from '../access/export.js';
import { request } from '../define.js';
import { id } from '../fields.js';

export const exportFiles = request('files', 'export-files', {
  summary: 'A page of what is kept of the files of some cases, without their bytes, for an export.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ exportId: id, caseIds: z.array(id).max(100), after: id.optional() }),
  reply: exportPage,
});
