import { z } from 'zod';
import { event, request } from '../define.js';
import { id, instant } from '../fields.js';
import { erasedRows } from '../access/erasure.js';

export const casesHeldBy = request('cases', 'cases-held-by', {
  summary: 'What a member still answers for, or waits for: asked before they are erased.',
  from: ['access'],
  who: { services: ['access'] },
  request: z.strictObject({ memberId: id }),
  reply: z.strictObject({
    responsibleFor: z.int().describe('Open cases they are the responsible specialist of.'),
    askedFor: z
      .array(z.strictObject({ organisationId: id, cases: z.int() }))
      .describe('Open cases they asked, by the practice these belong to.'),
  }),
});

export const erasedInCases = event('cases', 'member-erased', 1, {
  summary: 'This service has erased its part of a person.',
  consumers: ['access'],
  data: z.strictObject({ memberId: id, rows: erasedRows, at: instant }),
});
