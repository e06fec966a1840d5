import { z } from 'zod';
import { event, request } from '../define.js';
import { caseStatus, commandId, id, instant, text } from '../fields.js';

/** How a case ended, where its status does not say it. */
export const endedAs = z.enum(['moved-to-identified-route']);

/**
 * Close-out survey, after Champlain BASE's published five questions. The first two are needed to close; the rest is
 * asked, not forced.
 */
export const survey = z.strictObject({
  outcome: z
    .enum(['confirmed-plan', 'new-or-additional-action', 'not-useful', 'none'])
    .describe('Q1: what the advice did for the plan.'),
  referral: z
    .enum([
      'contemplated-avoided',
      'contemplated-still-needed',
      'not-contemplated-not-needed',
      'not-contemplated-initiated',
      'no-benefit',
      'other',
    ])
    .describe('Q2: what became of the referral.'),
  valueToPatient: z.int().min(1).max(5).optional().describe('Q3: 1 minimal … 5 excellent'),
  valueToProvider: z.int().min(1).max(5).optional().describe('Q4: 1 minimal … 5 excellent'),
  comment: text(2_000).optional().describe('Q5: anything else, without identifiers.'),
});

export const closeCase = request('cases', 'close', {
  summary: 'Ends an answered case with the close-out survey. Only its requester may.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, survey }),
  reply: z.strictObject({ status: caseStatus, version: z.int(), closedAt: instant }),
});

export const giveSurvey = request('cases', 'give-survey', {
  summary:
    'The survey of a case that closed by itself, recorded as missing until then. Its requester and their practice’s cover may, once.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, survey }),
  reply: z.strictObject({ closedAt: instant, givenAt: instant, version: z.int() }),
});

const ended = z.strictObject({ status: caseStatus, version: z.int(), endedAt: instant });

/** Why a question was taken back. */
export const cancelReason = z.enum([
  'answered-elsewhere',
  'referred',
  'no-longer-needed',
  'asked-in-error',
  'other',
]);

export const cancelCase = request('cases', 'cancel', {
  summary: 'Takes a question back before there is advice, and says why. Its asking side may.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    commandId,
    caseId: id,
    reason: cancelReason,
    comment: text(2_000).optional().describe('In your own words, without identifiers.'),
  }),
  reply: ended,
});

export const convertCase = request('cases', 'convert', {
  summary: 'Turns a case into a referral. A specialist it is shared with may, if the requester allowed it.',
  from: ['gateway'],
  who: { members: ['specialist'] },
  request: z.strictObject({ commandId, caseId: id }),
  reply: ended,
});

export const moveToIdentifiedRoute = request('cases', 'identified-route', {
  summary:
    'Ends the anonymous discussion, because the child has to be known by name: it goes on by the route the local contacts name. The asking side and the specialists may.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id }),
  reply: ended.extend({ endedAs }),
});

export const reopenCase = request('cases', 'reopen', {
  summary:
    'Asks again in a case closed within the last 14 days. A responsible specialist is chosen anew, and the response clock starts again.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    commandId,
    caseId: id,
    question: text(20_000).describe('What is open still or again; it becomes a post.'),
  }),
  reply: z.strictObject({
    status: caseStatus,
    version: z.int(),
    postId: id,
    responsibleId: id,
    answerBy: instant.nullable(),
    reopenedAt: instant,
  }),
});

export const surveyGiven = event('cases', 'survey-given', 1, {
  summary: 'The survey of a case that had closed without one.',
  consumers: ['metrics'],
  data: z.strictObject({
    caseId: id,
    survey: survey.omit({ comment: true }),
    closedAt: instant.describe('Of which closing: a case may be closed more than once.'),
    at: instant,
  }),
});

export const caseReopened = event('cases', 'case-reopened', 1, {
  summary: 'A closed case is open again.',
  consumers: ['metrics'],
  data: z.strictObject({ caseId: id, at: instant }),
});

export const copyToRecord = request('cases', 'copy-to-record', {
  summary:
    "The text for the child's own record (question, advice, adviser, time, case code); records that it was taken.",
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id }),
  reply: z.strictObject({
    text: z.string(),
    code: z.string(),
    adviceId: id.nullable().describe('The advice it contains; null when there is none yet.'),
    takenAt: instant,
  }),
});
