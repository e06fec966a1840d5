import { z } from 'zod';
import { request } from '../define.js';
import { id, instant } from '../fields.js';

/** Local time of day, HH:MM, 24:00 allowed as an end. */
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write times as HH:MM.');

export const weeklyShift = z.strictObject({
  weekday: z.int().min(1).max(7).describe('1 Monday … 7 Sunday, the day the shift starts.'),
  start: timeOfDay,
  end: timeOfDay.describe('At or before the start: it ends on the next day.'),
  memberId: id,
});

export const setRota = request('notify', 'set-rota', {
  summary:
    "Replaces a panel's weekly rota. Shifts must not overlap. An administrator may for a panel of the organisation they act for. Repeatable.",
  from: ['operator', 'gateway'],
  who: { members: ['organisation-admin'], services: ['operator'] },
  request: z.strictObject({
    panelId: id,
    timeZone: z.string().max(60).describe('IANA name, e.g. Europe/London.'),
    shifts: z.array(weeklyShift).max(200),
  }),
  reply: z.strictObject({ shifts: z.int() }),
});

export const setOverride = request('notify', 'set-override', {
  summary: 'Puts someone else on call for a stretch of time. The latest override that covers a moment wins.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({ overrideId: id, panelId: id, memberId: id, from: instant, until: instant }),
  reply: z.strictObject({ overrideId: id }),
});

export const whoIsOnCall = request('notify', 'who-is-on-call', {
  summary: 'Who is on call for each panel at a moment (now when absent), and until when; null in a gap.',
  from: ['cases', 'gateway'],
  who: { members: 'any', services: ['cases'] },
  request: z.strictObject({ panelIds: z.array(id).min(1).max(50), at: instant.optional() }),
  reply: z.strictObject({
    onCall: z.array(z.strictObject({ panelId: id, memberId: id.nullable(), until: instant.nullable() })),
  }),
});
