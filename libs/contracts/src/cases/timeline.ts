import { z } from 'zod';

/** What can happen to a case; every change of its status, of who answers and of who sees it is among them. */
export const timelineKind = z.enum([
  'asked',
  'posted',
  'shared',
  'share-ended',
  'responsible',
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
