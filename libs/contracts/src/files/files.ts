import { z } from 'zod';
import { event, request } from '../define.js';
import { id, instant } from '../fields.js';

export const fileState = z.enum(['PENDING', 'AVAILABLE', 'THREATS_FOUND', 'VALIDATION_FAILED']);

export const fileSummary = z.strictObject({
  fileId: id,
  caseId: id,
  name: z.string().describe('As shown to people; inert in any file system.'),
  mediaType: z.string().describe('Decided by the content, not by the name.'),
  bytes: z.int().describe('Size as uploaded.'),
  state: fileState,
  uploadedBy: id,
  uploadedAt: instant,
});

export const listFiles = request('files', 'list', {
  summary: 'Files of a case, for someone who may see it. Bytes come from the file door, never over the bus.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({ files: z.array(fileSummary) }),
});

export const fileAdded = event('files', 'file-added', 1, {
  summary: 'A file was stored, encrypted, with a case.',
  consumers: ['notify'],
  data: z.strictObject({ fileId: id, caseId: id, memberId: id, at: instant }),
});
