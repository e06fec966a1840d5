import { z } from 'zod';
import { event, request } from '../define.js';
import { commandId, id, instant, text } from '../fields.js';

export const recordPhoneCall = request('cases', 'phone-call', {
  summary:
    'Records that the practice was reached by phone about advice. It ends the chasing of that advice. Specialists of the case and the asking side may.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    commandId,
    caseId: id,
    postId: id.describe('The advice it was about.'),
    reached: z
      .enum(['requester', 'cover', 'other-clinician', 'practice-staff'])
      .describe('Who took the message, by what they are to the case; never a name.'),
    calledAt: instant,
    note: text(2_000).optional().describe('What was agreed, without anything that identifies the child.'),
  }),
  reply: z.strictObject({ callId: id, version: z.int() }),
});

export const adviceUnread = event('cases', 'advice-unread', 1, {
  summary:
    "Nobody on the asking side has opened advice in time, or acknowledged that a child is to attend now. The requester and the practice's cover are told, again and again; with `attendNow` the responsible specialist is told to phone.",
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    postId: id,
    attendNow: z.boolean(),
    responsibleId: id.nullable(),
    reminder: z.int().min(0).describe('0 when the advice was just given.'),
    at: instant,
  }),
});
