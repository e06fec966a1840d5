import { z } from 'zod';
import { event, request } from '../define.js';
import { commandId, id, instant } from '../fields.js';

export const casesToHandOver = request('cases', 'cases-to-hand-over', {
  summary: 'Open cases of a panel that a doctor is responsible for, and so hands over when their shift ends.',
  from: ['notify'],
  who: { services: ['notify'] },
  request: z.strictObject({ panelId: id, memberId: id }),
  reply: z.strictObject({ caseIds: z.array(id) }),
});

export const acceptHandOver = request('cases', 'accept-hand-over', {
  summary:
    'Makes the caller responsible for a case, from this instant. The panel’s on-call specialist or lead may; a repeat changes nothing.',
  from: ['gateway'],
  who: { members: ['specialist'] },
  request: z.strictObject({ commandId, caseId: id }),
  reply: z.strictObject({ responsibleId: id, since: instant, version: z.int() }),
});

export const responsibilityMoved = event('cases', 'responsibility-moved', 1, {
  summary: 'Another specialist answers for a case from this instant.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    fromMemberId: id,
    toMemberId: id,
    reason: z
      .enum(['hand-over', 'take-over'])
      .describe('Accepted by the doctor on call, or taken over by the lead of the panel.'),
    at: instant,
  }),
});
