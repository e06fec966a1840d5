import { z } from 'zod';
import { request } from '../define.js';
import { caseStatus, cursor, id, instant, pageLimit, postKind, priority, recommendation } from '../fields.js';
import { caseContent } from './commands.js';

export const post = z.strictObject({
  postId: id,
  number: z.int().describe('Position in the discussion, from 1.'),
  kind: postKind,
  authorId: id,
  body: z.string(),
  recommendation: recommendation.nullable(),
  postedAt: instant,
});

export const caseDetail = caseContent.extend({
  caseId: id,
  question: z.string(),
  history: z.string(),
  status: caseStatus,
  version: z.int(),
  requesterId: id,
  organisationId: id,
  responsibleId: id.nullable(),
  createdAt: instant,
  lastActivityAt: instant,
  via: z.enum(['requester', 'member', 'panel', 'everyone']).describe('Why the reader may see it.'),
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
    'Cases shared with the caller or asked by them, latest activity first. A page may be short; follow the cursor.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ cursor: cursor.optional(), limit: pageLimit }),
  reply: z.strictObject({
    cases: z.array(
      z.strictObject({
        caseId: id,
        question: z.string(),
        status: caseStatus,
        priority,
        requesterId: id,
        responsibleId: id.nullable(),
        createdAt: instant,
        lastActivityAt: instant,
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
});
