import { z } from 'zod';
import { event, request } from '../define.js';
import { id, instant } from '../fields.js';
import { erasedRows } from '../access/erasure.js';

export const dutiesHeldBy = request('notify', 'duties-held-by', {
  summary: 'Where a member is still on call, now or later: asked before they are erased.',
  from: ['access'],
  who: { services: ['access'] },
  request: z.strictObject({ memberId: id }),
  reply: z.strictObject({
    panelIds: z.array(id).describe('Panels on whose rota they are, or for which they stand in.'),
    handOvers: z.int().describe('Hand-overs from or to them that are not finished.'),
  }),
});

export const erasedInNotify = event('notify', 'member-erased', 1, {
  summary: 'This service has erased its part of a person.',
  consumers: ['access'],
  data: z.strictObject({ memberId: id, rows: erasedRows, at: instant }),
});
