import { z } from 'zod';
import { event } from '../define.js';
import { caseStatus, id, instant, priority, recommendation } from '../fields.js';
import { survey } from './closing.js';

const panel = z
  .strictObject({ panelId: id, organisationId: id })
  .nullable()
  .describe('The lead panel; null when only people were asked.');

export const caseAsked = event('cases', 'case-asked', 1, {
  summary: 'A question was asked: the start of what the programme measures.',
  consumers: ['metrics'],
  data: z.strictObject({
    caseId: id,
    practiceId: id.describe('The organisation that asked.'),
    panel,
    priority,
    intendedAction: z.enum(['refer', 'not-refer', 'unsure']),
    answerBy: instant,
    at: instant,
  }),
});

export const caseAnswered = event('cases', 'case-answered', 1, {
  summary: 'The first answer to a case: advice, or a question back.',
  consumers: ['metrics'],
  data: z.strictObject({
    caseId: id,
    kind: z.enum(['advice', 'question']),
    recommendation: recommendation.nullable(),
    elapsedMinutes: z.number().min(0).describe('By the clock on the wall.'),
    workingMinutes: z
      .number()
      .min(0)
      .describe("Within the panel's hours, bank holidays left out, pauses left out."),
    withinTarget: z.boolean(),
    at: instant,
  }),
});

export const caseEnded = event('cases', 'case-ended', 1, {
  summary: 'A case was closed, with its survey, or cancelled.',
  consumers: ['metrics', 'notify'],
  data: z.strictObject({
    caseId: id,
    status: caseStatus,
    survey: survey.omit({ comment: true }).nullable(),
    at: instant,
  }),
});
