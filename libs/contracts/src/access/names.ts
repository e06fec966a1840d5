import { z } from 'zod';
import { request } from '../define.js';
import { id } from '../fields.js';

/** Who and what ids stand for, as a document that leaves the platform has to say it. */
export const named = z.strictObject({
  organisations: z.array(z.strictObject({ organisationId: id, odsCode: z.string(), name: z.string() })),
  panels: z.array(
    z.strictObject({ panelId: id, name: z.string(), specialty: z.string(), organisationId: id }),
  ),
  people: z.array(z.strictObject({ memberId: id, name: z.string() })),
});

export const namesOf = request('access', 'names-of', {
  summary:
    'What organisations, panels and members are called, closed and former ones too; the organisations of the panels come along. Unknown ones are left out.',
  from: ['cases'],
  who: { services: ['cases'] },
  request: z.strictObject({
    organisationIds: z.array(id).max(1_000),
    panelIds: z.array(id).max(50),
    memberIds: z.array(id).max(2_000),
  }),
  reply: named,
});
