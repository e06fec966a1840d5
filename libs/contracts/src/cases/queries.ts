import { z } from 'zod';
import { request } from '../define.js';
import {
  caseStatus,
  cursor,
  id,
  instant,
  pageLimit,
  postKind,
  priority,
  recommendation,
  relation,
} from '../fields.js';
import { caseContent } from './commands.js';
import { casePanel } from './consulting.js';

export const post = z.strictObject({
  postId: id,
  number: z.int().describe('Position in the discussion, from 1.'),
  kind: postKind,
  authorId: id,
  body: z.string(),
  recommendation: recommendation.nullable(),
  postedAt: instant,
});

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
  overdue: z.boolean().describe('An answer is awaited, and was due before now.'),
  acknowledged: z
    .boolean()
    .describe('The responsible specialist has said that they know of it; until then they are reminded.'),
  panels: z.array(casePanel).describe('The panel that leads, and then those that were asked in.'),
  plan: id
    .nullable()
    .describe(
      "The advice that counts now: the lead panel's newest. What consulted panels advise is no plan.",
    ),
  createdAt: instant,
  lastActivityAt: instant,
  via: relation.describe('Why the reader may see it.'),
  posts: z.array(post),
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
