import { z } from 'zod';
import { event, request } from '../define.js';
import { commandId, cursor, id, instant, pageLimit } from '../fields.js';

/** Days after the close at which it is asked what became of the child. */
export const followUpDays = [30, 90] as const;
export const followUpDay = z.literal(followUpDays).describe('Days after the close: 30 or 90.');

const answers = z.strictObject({
  adviceFollowed: z.enum(['yes', 'partly', 'no']),
  referredAnyway: z.boolean(),
  unplannedAttendance: z.boolean().describe('Came unplanned: emergency department, out of hours, admitted.'),
  outcome: z.enum(['well', 'improved', 'unchanged', 'worse', 'unknown']).describe("The child's."),
});

export type FollowUpAnswers = z.output<typeof answers>;

export const myFollowUps = request('cases', 'my-follow-ups', {
  summary:
    'Follow-up questions that are due and not answered, longest due first, of cases the caller asked or covers. A page may be short; follow the cursor.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ cursor: cursor.optional(), limit: pageLimit }),
  reply: z.strictObject({
    followUps: z.array(
      z.strictObject({
        caseId: id,
        code: z.string(),
        question: z.string(),
        day: followUpDay,
        closedAt: instant,
        dueAt: instant,
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
});

export const answerFollowUp = request('cases', 'answer-follow-up', {
  summary:
    'Answers the follow-up questions of one day, in one step. The asking side may, also late, and once.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: answers.extend({ commandId, caseId: id, day: followUpDay }),
  reply: z.strictObject({ day: followUpDay, answeredAt: instant }),
});

export const followUpDue = event('cases', 'follow-up-due', 1, {
  summary: 'It is time to ask the requester what became of a child.',
  consumers: ['notify', 'metrics'],
  data: z.strictObject({ caseId: id, day: followUpDay, requesterId: id, at: instant }),
});

export const followUpAnswered = event('cases', 'follow-up-answered', 1, {
  summary: 'What became of a child some time after the case was closed.',
  consumers: ['metrics'],
  data: answers.extend({ caseId: id, day: followUpDay, at: instant }),
});
