import { z } from 'zod';
import { request } from '../define.js';
import { id } from '../fields.js';

export const restrictCase = request('access', 'restrict-case', {
  summary:
    'Keeps a flagged case among people invited by name, until that is lifted: whoever may post in it may. While panels or all members see it nothing changes, and the reply names these shares.',
  from: ['cases'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    caseId: id,
    flagged: z.boolean(),
    version: z.int().describe('Of the case, by this: what comes late and is older changes nothing.'),
  }),
  reply: z.strictObject({
    wider: z
      .array(z.strictObject({ grantId: id, kind: z.enum(['panel', 'everyone']), panelId: id.nullable() }))
      .describe('Shares that have to be ended first; empty when it is done.'),
    controls: z.boolean().describe('The caller may end these shares.'),
  }),
});

export const teachingAllowed = request('access', 'teaching-allowed', {
  summary: 'Whether the organisation the caller acts for lets its cases be offered for teaching.',
  from: ['cases'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({}),
  reply: z.strictObject({ allowed: z.boolean() }),
});
