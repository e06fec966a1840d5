import { z } from 'zod';
import { request } from '../define.js';
import { caseStatus, commandId, id, instant, text } from '../fields.js';

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
