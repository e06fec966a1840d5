import { z } from 'zod';
import { request } from '../define.js';
import { id } from '../fields.js';
import { answerer } from './grants.js';

export const caseAnswerers = request('access', 'case-answerers', {
  summary:
    'Who could answer for a case now: its open shares with the person who could answer by each, and specialists of its panels. Closed panels are left out. For services that assign; not a read, so not audited.',
  from: ['cases'],
  who: { services: ['cases'] },
  request: z.strictObject({
    caseId: id,
    memberIds: z
      .array(id)
      .max(100)
      .default([])
      .describe('Asked about besides: who is on call, or responsible.'),
  }),
  reply: z.strictObject({
    answerers: z.array(answerer),
    specialists: z
      .array(z.strictObject({ panelId: id, memberId: id }))
      .describe('Active specialists of each panel: the first twenty of it, and whoever was asked about.'),
    maySee: z.array(id).describe('All named here, and those asked about, who may see the case now.'),
  }),
});

export const askingSide = request('access', 'asking-side', {
  summary:
    'Who acts for the practice that a case belongs to: its requester while they have their place, its cover, and its administrators, who may not see it. For delivering; not a read, so not audited.',
  from: ['notify'],
  who: { services: ['notify'] },
  request: z.union([z.strictObject({ caseId: id }), z.strictObject({ organisationId: id })]),
  reply: z.strictObject({
    requesterId: id
      .nullable()
      .describe('Null once they have left, and when only the practice was asked about.'),
    cover: z.array(id),
    administrators: z.array(id),
  }),
});
