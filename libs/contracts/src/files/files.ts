import { z } from 'zod';
import { event, request } from '../define.js';
import { id, instant } from '../fields.js';

export const fileState = z.enum(['PENDING', 'AVAILABLE', 'THREATS_FOUND', 'VALIDATION_FAILED']);

/** What may be attached, decided by content. What cannot be shown safely or cleaned yet is left out. */
export const mediaTypes = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf', 'text/plain'] as const;

export const fileSummary = z.strictObject({
  fileId: id,
  caseId: id,
  name: z.string().describe('As shown to people; inert in any file system.'),
  mediaType: z.enum(mediaTypes).describe('Decided by the content, not by the name.'),
  bytes: z.int().describe('Size as uploaded.'),
  state: fileState,
  uploadedBy: id,
  uploadedAt: instant,
});

/**
 * The file door: HTTP inside the cluster, since bytes never travel over the bus. `POST /files` answers with a
 * `fileSummary`, `GET /files/<fileId>` with the bytes. Only the gateway knocks; who is asking is in `caller`, as on the bus.
 */
export const fileDoor = {
  path: '/files',
  headers: {
    caller: 'ddx-caller',
    caseId: 'x-case-id',
    /** Chosen by the gateway: a repeat with the same id and content is the same file. */
    fileId: 'x-file-id',
    /** Version and hash of the duty to anonymise that was shown and accepted for this file. */
    attestationVersion: 'x-attestation-version',
    attestationHash: 'x-attestation-hash',
  },
} as const;

export const listFiles = request('files', 'list', {
  summary: 'Files of a case, for someone who may see it. Bytes come from the file door, never over the bus.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({ files: z.array(fileSummary) }),
});

export const fileStates = request('files', 'states', {
  summary:
    'Which of these files belong to a case, who uploaded each and what has become of it. For showing and checking attachments; not a read, so not audited.',
  from: ['cases'],
  who: { services: ['cases'] },
  request: z.strictObject({ caseId: id, fileIds: z.array(id).max(500) }),
  reply: z.strictObject({
    files: z.array(z.strictObject({ fileId: id, uploadedBy: id, state: fileState })),
  }),
});

export const rotateFileKeys = request('files', 'rotate-keys', {
  summary:
    'Wraps the keys of some files anew, under the current key of the keyring, and counts what is left under each. A key that is not current and counts zero may be removed.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({ batch: z.int().min(0).max(1000).default(200) }),
  reply: z.strictObject({
    rewrapped: z.int(),
    keys: z.array(z.strictObject({ keyId: z.string(), current: z.boolean(), files: z.int() })),
  }),
});

export const fileAdded = event('files', 'file-added', 1, {
  summary: 'A file was stored, encrypted, with a case.',
  consumers: [],
  data: z.strictObject({ fileId: id, caseId: id, memberId: id, at: instant }),
});
