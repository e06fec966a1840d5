import { z } from 'zod';
import { nudge, request } from '../define.js';
import { id, instant } from '../fields.js';

/** What a member is told. Only that something happened to a case; they fetch what they may see. */
export const streamEntry = z.strictObject({
  sequence: z.int().describe("Position in the member's own stream, from 1, without gaps."),
  kind: z
    .enum([
      'case-shared',
      'case-posted',
      'advice-given',
      'access-ended',
      'mentioned',
      'post-edited',
      'post-withdrawn',
      'advice-withdrawn',
      'governance-opened',
      'hand-over-waiting',
      'hand-over-leaving',
      'hand-over-overdue',
      'responsibility-given',
      'responsibility-waiting',
      'consultation-asked',
      'response-overdue',
      'advice-unread',
      'attend-now',
      'phone-the-practice',
      'nobody-left',
      'requester-left',
      'follow-up-due',
    ])
    .describe(
      '`mentioned`: a post mentions the reader. `advice-withdrawn`: do not rely on it any more. `governance-opened`: a governance lead of the practice opened the case. Of a hand-over: waiting for the reader to accept it; leaving the reader, who may add a note; not accepted in time. Of responsibility: given to the reader; waiting for them, or for one of the panel they lead, to acknowledge it. `attend-now`: a child is to be seen today, and nobody of the practice has acknowledged it. `phone-the-practice`: so the reader is to phone. `nobody-left`: cancelled, as nobody could answer any more; to be asked anew. `requester-left`: who asked has left, and the reader covers.',
    ),
  caseId: id,
  at: instant,
});

export const streamEntries = request('notify', 'stream-entries', {
  summary:
    "The caller's own stream after a position, oldest first. Without a position: only the latest position.",
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ after: z.int().min(0).optional(), limit: z.int().min(1).max(500).default(200) }),
  reply: z.strictObject({ entries: z.array(streamEntry), latest: z.int() }),
});

export const streamGrew = nudge('notify', 'stream-grew', {
  summary: 'There is something new in these members’ streams. A hint to fetch; losing it only delays.',
  listeners: ['gateway'],
  data: z.strictObject({ memberIds: z.array(id) }),
});
