import { z } from 'zod';
import { request } from '../define.js';
import { cursor, id, instant, pageLimit } from '../fields.js';

/** What can happen to a case; every change of its status, of who answers and of who sees it is among them. */
export const timelineKind = z.enum([
  'asked',
  'posted',
  'shared',
  'share-ended',
  'responsible',
  'acknowledged',
  'unacknowledged',
  'consulted',
  'consultation-answered',
  'consultation-ended',
  'lead-panel',
  'overdue',
  'advice-unread',
  'phone-call',
  'closed',
  'cancelled',
  'copied-to-record',
  'post-edited',
  'post-withdrawn',
  'advice-superseded',
  'advice-opened',
  'advice-acknowledged',
  'converted',
  'reopened',
  'survey-given',
  'follow-up-due',
  'follow-up-answered',
  'flagged',
  'flag-cleared',
  'offered-for-teaching',
  'teaching-ended',
]);

export type TimelineKind = z.output<typeof timelineKind>;

export const caseTimeline = request('cases', 'timeline', {
  summary:
    'What happened to a case, oldest first: codes and ids alone. Every change of its status, of who answers and of who sees it is there. Of teaching only the asking side is told.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id, cursor: cursor.optional(), limit: pageLimit }),
  reply: z.strictObject({
    entries: z.array(
      z.strictObject({
        number: z.int().describe('Later entries have higher numbers; there may be gaps.'),
        kind: timelineKind,
        actorId: id.nullable().describe('Null for what the programme did by itself.'),
        subjectId: id.nullable().describe('The post, share, panel or member concerned.'),
        detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
        at: instant,
      }),
    ),
    nextCursor: cursor.nullable(),
  }),
});
