import { z } from 'zod';
import { event, request } from '../define.js';
import { id, instant, text } from '../fields.js';

const person = z.strictObject({ memberId: id, name: z.string() });

/** What a member does for their organisation besides their roles. */
export const duty = z.enum(['cover', 'governance']);

export const organisationSettings = request('access', 'organisation-settings', {
  summary:
    'What the organisation the caller acts for has turned on, and who covers its cases and governs it.',
  from: ['gateway'],
  who: { members: ['organisation-admin'] },
  request: z.strictObject({}),
  reply: z.strictObject({
    odsCode: z.string(),
    name: z.string(),
    shareWithEveryone: z.boolean(),
    governanceAccess: z.boolean(),
    teaching: z.boolean().describe('Its closed cases may be offered for teaching by who asked them.'),
    cover: z.array(person),
    governance: z.array(person),
  }),
});

export const changeSettings = request('access', 'change-settings', {
  summary:
    'Turns sharing with all members, governance access, or teaching with closed cases on or off for the organisation acted for.',
  from: ['gateway'],
  who: { members: ['organisation-admin'] },
  request: z.strictObject({
    shareWithEveryone: z.boolean().optional(),
    governanceAccess: z.boolean().optional(),
    teaching: z.boolean().optional(),
  }),
  reply: z.strictObject({
    shareWithEveryone: z.boolean(),
    governanceAccess: z.boolean(),
    teaching: z.boolean(),
  }),
});

export const teachingTurnedOff = event('access', 'teaching-turned-off', 1, {
  summary: 'An organisation lets its cases be taught with no more: what was offered is taken back.',
  consumers: ['cases'],
  data: z.strictObject({ organisationId: id, at: instant }),
});

export const assignDuty = request('access', 'assign-duty', {
  summary:
    "Says who covers the organisation's cases when a requester is away, or who governs it. Replaces the whole list.",
  from: ['gateway'],
  who: { members: ['organisation-admin'] },
  request: z.strictObject({ duty, memberIds: z.array(id).max(200) }),
  reply: z.strictObject({ duty, memberIds: z.array(id) }),
});

export const openForGovernance = request('access', 'open-for-governance', {
  summary:
    'Opens a case of the organisation to its governance lead for a day, with a reason. Only where the organisation has turned that on; the requester is alerted.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({
    caseId: id,
    reason: text(500, 10).describe('Why the case has to be opened; the requester reads it.'),
  }),
  reply: z.strictObject({ openingId: id, endsAt: instant }),
});

export const governanceOpened = event('access', 'governance-opened', 1, {
  summary: 'A governance lead opened a case of their organisation; its requester is told.',
  consumers: ['notify'],
  data: z.strictObject({ openingId: id, caseId: id, requesterId: id, memberId: id, at: instant }),
});
