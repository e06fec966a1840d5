import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id } from '../fields.js';

const reply = z.strictObject({ followed: z.boolean() });

export const followCase = request('cases', 'follow', {
  summary:
    'Puts a case among those you follow, for yourself alone; nobody else is told. It leaves them when your access ends.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ commandId, caseId: id }),
  reply,
});

export const unfollowCase = request('cases', 'unfollow', {
  summary: 'Takes a case from among those you follow.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ commandId, caseId: id }),
  reply,
});
