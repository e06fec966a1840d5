import { z } from 'zod';
import { named } from '../access/names.js';
import { request } from '../define.js';
import { id, instant } from '../fields.js';
import { caseDetail } from './queries.js';

export const takeCaseDocument = request('cases', 'take-document', {
  summary:
    'One case with the names that a document about it needs, for someone who may read it. Audited as an export besides.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({
    case: caseDetail,
    named,
    actedFor: z
      .array(z.strictObject({ memberId: id, organisationId: id, numbers: z.array(z.int()) }))
      .describe('For which organisation each author wrote which posts, by their numbers.'),
    takenAt: instant,
  }),
});
