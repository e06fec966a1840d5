import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id, instant } from '../fields.js';

export const handOver = z.strictObject({
  handOverId: id,
  panelId: id,
  outgoingId: id,
  incomingId: id,
  at: instant.describe('When the shift changed.'),
  items: z.array(
    z.strictObject({
      caseId: id,
      notedAt: instant.nullable().describe('When the outgoing doctor wrote a note on the case for it.'),
      acceptedAt: instant.nullable(),
      escalatedAt: instant
        .nullable()
        .describe('When it was first passed to the panel’s lead because nobody had accepted it.'),
    }),
  ),
});

export const myHandOvers = request('notify', 'my-hand-overs', {
  summary: 'Hand-overs to or from the caller, or escalated to them, that are not complete; newest first.',
  from: ['gateway'],
  who: { members: ['specialist'] },
  request: z.strictObject({}),
  reply: z.strictObject({ handOvers: z.array(handOver) }),
});

export const takeOverShift = request('notify', 'take-over-shift', {
  summary:
    'Puts the caller on call for their panel now, until the running shift would have ended. The cases are handed over.',
  from: ['gateway'],
  who: { members: ['specialist'] },
  request: z.strictObject({ commandId, panelId: id }),
  reply: z.strictObject({ from: instant, until: instant }),
});
