import { z } from 'zod';
import { request } from '../define.js';
import { caseStatus, commandId, id, instant } from '../fields.js';
import { audience } from './asking.js';
import { caseContent } from './content.js';
import { redFlagAnswers, templateAnswers } from './templates.js';

/** The member's recorded "I have removed what identifies the patient", with the text they were shown. */
export const attestation = z.strictObject({
  version: z.string().max(20),
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'Send the hash of the text you were shown.'),
});

export const createCase = request('cases', 'create', {
  summary:
    'Shares a new case: attests anonymity, opens it to its audience and names the responsible specialist.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: caseContent.extend({
    commandId,
    attestation,
    audience,
    inviteOnly: z.boolean().default(false).describe('A sensitive case: open to people by name alone.'),
    redFlags: redFlagAnswers
      .default({})
      .describe(
        "Answers to the lead panel's red-flag questions, all of them no. A yes is a call, and no case.",
      ),
    template: templateAnswers
      .optional()
      .describe('Answers to what the lead panel asks; needed when it has a template.'),
    draftId: id.optional().describe('The draft this was written as; it is gone once the case is there.'),
  }),
  reply: z.strictObject({
    caseId: id,
    status: caseStatus,
    version: z.int(),
    responsibleId: id,
    code: z.string().describe("Case code for the child's own record, for instance DX-7K3M-9PQ4."),
    answerBy: instant,
    createdAt: instant,
  }),
});

export const shareFurther = request('cases', 'share', {
  summary:
    'Opens an existing case to more people or panels. Its requester, their delegates and their practice’s cover may.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, audience }),
  reply: z.strictObject({ grantIds: z.array(id), version: z.int() }),
});

export const revokeShare = request('cases', 'revoke', {
  summary:
    'Ends a grant at once; from the reply on, no read through it succeeds. When nobody is left who could answer, the case is cancelled.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, grantId: id }),
  reply: z.strictObject({ status: caseStatus, version: z.int(), responsibleId: id.nullable() }),
});
