import { z } from 'zod';
import { request } from '../define.js';
import { caseStatus, cursor, id, instant, pageLimit, priority, relation } from '../fields.js';
import { caseContent } from './commands.js';
import { post } from './posts.js';

const answerBy = instant
  .nullable()
  .describe('By when there is to be an answer; null when none is awaited. It moves on after a pause.');

export const caseDetail = caseContent.extend({
  caseId: id,
  code: z.string(),
  question: z.string(),
  history: z.string(),
  status: caseStatus,
  version: z.int(),
  requesterId: id,
  organisationId: id,
  responsibleId: id.nullable(),
  leadPanelId: id.nullable().describe('The panel that leads; null when only people were asked.'),
  answerBy,
  clock: z
    .enum(['running', 'paused', 'stopped'])
    .describe('The response clock: paused while information is awaited, stopped by advice or the end.'),
  createdAt: instant,
  lastActivityAt: instant,
  via: relation.describe('Why the reader may see it.'),
  posts: z.array(post),
  unread: z.int().describe('Posts of others after the last one that the reader marked as read.'),
  toAcknowledge: z
    .array(id)
    .describe('Advice that replaced, or withdrew, what the reader had read or copied: to be acknowledged.'),
});

export const getCase = request('cases', 'get', {
  summary:
    'One case with its discussion, for someone who may see it. The read is audited before anything is returned.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id }),
  reply: caseDetail,
});

export const listCases = request('cases', 'list', {
  summary:
    'Cases shared with the caller or asked by them, latest activity first. A page may be short; follow the cursor. With a case code: that case alone.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({
    code: z
      .string()
      .max(40)
      .optional()
      .describe('A case code as it was written down; case, spaces and hyphens do not matter.'),
    cursor: cursor.optional(),
    limit: pageLimit,
  }),
  reply: z.strictObject({
    cases: z.array(
      z.strictObject({
        caseId: id,
        code: z.string(),
        question: z.string(),
        status: caseStatus,
        priority,
        requesterId: id,
        responsibleId: id.nullable(),
        answerBy,
        createdAt: instant,
        lastActivityAt: instant,
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
});
