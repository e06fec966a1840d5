import { z } from 'zod';
import { request } from '../define.js';
import { caseStatus, cursor, id, instant, pageLimit, priority, text } from '../fields.js';
import { endedAs } from './closing.js';
import { answerBy } from './queries.js';

/** Which of the cases that a member may see; the rest of a filter narrows them further. */
const view = z
  .enum(['all', 'mine', 'panels', 'responsible', 'followed'])
  .default('all')
  .describe(
    'all: everything you may see; mine: you asked; panels: shared with your panels; responsible: you answer for it; followed: you follow it.',
  );

const state = z.enum(['open', 'ended']).describe('ended: closed, cancelled or converted.');

const order = z
  .enum(['activity', 'due'])
  .default('activity')
  .describe('activity: latest first; due: soonest answer first, of cases whose response clock runs.');

const words = text(200).describe(
  'What question, history or posts say: words, beginnings (vaccin*), phrases ("barking cough"); or a case code.',
);

/** What a list is narrowed to. */
export const caseFilter = z.strictObject({
  view,
  state: state.optional(),
  statuses: z.array(caseStatus).min(1).max(6).optional().describe('Any of these.'),
  priority: priority.optional(),
  panelId: id.optional().describe('Shared with this panel.'),
  unread: z.boolean().default(false).describe('Only with posts of others that you have not seen.'),
  overdue: z.boolean().default(false).describe('Only with an answer that should have been there by now.'),
  order,
});

export type CaseFilter = z.output<typeof caseFilter>;

/** Counting ends early: a number of hundreds says no more than that there are many. */
export const cappedCount = z.strictObject({
  count: z.int(),
  more: z.boolean().describe('True when there may be more than were counted.'),
});

export const listedCase = z.strictObject({
  caseId: id,
  code: z.string(),
  question: z.string(),
  status: caseStatus,
  endedAs: endedAs.nullable(),
  priority,
  requesterId: id,
  responsibleId: id.nullable(),
  leadPanelId: id.nullable().describe('The panel that leads; null when only people were asked.'),
  answerBy,
  overdue: z.boolean().describe('The answer should have been there by now; false while the clock is paused.'),
  unread: z.int().describe('Posts of others that you have not seen.'),
  followed: z.boolean(),
  createdAt: instant,
  lastActivityAt: instant,
});

export const listCases = request('cases', 'list', {
  summary:
    'Cases you may see, latest activity first or by when an answer is due. A page may be short, even empty; follow the cursor.',
  from: ['gateway'],
  who: { members: 'any' },
  request: caseFilter.extend({
    code: z
      .string()
      .max(40)
      .optional()
      .describe('A case code as it was written down; case, spaces and hyphens do not matter.'),
    words: words.optional(),
    count: z.boolean().default(false).describe('Also count the matches, up to a hundred.'),
    cursor: cursor.optional(),
    limit: pageLimit,
  }),
  reply: z.strictObject({
    cases: z.array(listedCase),
    nextCursor: z.string().nullable(),
    count: cappedCount.optional().describe('Only when it was asked for.'),
  }),
});

export const countCases = request('cases', 'count', {
  summary: 'How many cases wait in each of your lists, each counted up to a hundred.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({}),
  reply: z.strictObject({
    mine: cappedCount.describe('Open cases that you asked.'),
    panels: cappedCount.describe('Open cases shared with your panels.'),
    responsible: cappedCount.describe('Cases you answer for.'),
    followed: cappedCount,
    unread: cappedCount.describe('With posts of others that you have not seen.'),
    due: cappedCount.describe('Cases you answer for whose response clock runs.'),
    overdue: cappedCount.describe('Open cases whose answer should have been there by now.'),
  }),
});
