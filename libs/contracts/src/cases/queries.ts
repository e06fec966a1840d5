import { z } from 'zod';
import { request } from '../define.js';
import { casePanel } from './consulting.js';
import { caseStatus, id, instant, relation } from '../fields.js';
import { endedAs } from './closing.js';
import { caseContentRead } from './content.js';
import { post } from './posts.js';
import { flagKind } from './safeguarding.js';

export const answerBy = instant
  .nullable()
  .describe('By when there is to be an answer; null when none is awaited. It moves on after a pause.');

export const caseDetail = caseContentRead.extend({
  caseId: id,
  code: z.string(),
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
  endedAt: instant.nullable().describe('Null while it is open.'),
  endedAs: endedAs.nullable(),
  survey: z
    .enum(['given', 'missing'])
    .nullable()
    .describe('Of a closed case; missing when it closed by itself, and may then still be given.'),
  reopenableUntil: instant.nullable().describe('Of a closed case: until when its asking side may reopen it.'),
  flags: z
    .array(flagKind)
    .describe('What keeps it among invited people; who they are for reads the local contacts.'),
  via: relation.describe('Why the reader may see it.'),
  posts: z.array(post),
  followed: z.boolean().describe('Whether the reader follows it.'),
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
