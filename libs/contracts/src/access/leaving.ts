import { z } from 'zod';
import { event, request } from '../define.js';
import { id, instant, odsCode } from '../fields.js';

export const leavingReason = z.enum(['contract-ended', 'merged', 'another-service', 'closing-down', 'other']);

/** Days after its closing for which an organisation's export can still be had. */
export const exportDays = 90;

export const leaving = z.strictObject({
  organisationId: id,
  odsCode,
  name: z.string(),
  state: z.enum(['asked', 'confirmed', 'closed']),
  reason: leavingReason,
  leavesOn: z.iso.date(),
  askedAt: instant,
  confirmedAt: instant.nullable().describe('By an operator.'),
  closedAt: instant.nullable(),
  exportUntil: instant.nullable().describe('Until when the export can be had; null before it is closed.'),
  caseExport: z
    .enum(['not-asked', 'asked', 'approved'])
    .describe(
      'Whether the export may hold the content of cases: an administrator asks, a governance lead approves.',
    ),
});

const admins = { members: ['organisation-admin'] } as const;
const operators = { members: ['operator'], services: ['operator'] } as const;
const one = z.strictObject({ organisationId: id });

export const leave = request('access', 'leave', {
  summary:
    'Says that the organisation leaves, when and why. The token in the reply opens its export once it is closed, when nobody can sign in for it; asking again replaces date, reason and token.',
  from: ['gateway'],
  who: admins,
  request: z.strictObject({ leavesOn: z.iso.date(), reason: leavingReason }),
  reply: leaving.extend({
    exportToken: z.string().describe('Shown now and never again. Keep it as you keep the data themselves.'),
  }),
});

export const stay = request('access', 'stay', {
  summary: 'Takes the leaving back, as long as the organisation is not closed.',
  from: ['gateway'],
  who: admins,
  request: z.strictObject({}),
  reply: z.strictObject({}),
});

export const getLeaving = request('access', 'get-leaving', {
  summary: 'How far the leaving is, for administrators and governance leads.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({}),
  reply: leaving,
});

export const askForCaseExport = request('access', 'ask-for-case-export', {
  summary:
    'Asks for the content of all cases in the export. A governance lead, who is somebody else, has to approve it.',
  from: ['gateway'],
  who: admins,
  request: z.strictObject({}),
  reply: leaving,
});

export const approveCaseExport = request('access', 'approve-case-export', {
  summary:
    'Approves that the export holds the content of all cases. For governance leads of the organisation.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({}),
  reply: leaving,
});

export const listLeavings = request('access', 'list-leavings', {
  summary: 'Organisations that leave or have left, by ODS code, for operators.',
  from: ['gateway', 'operator'],
  who: operators,
  request: z.strictObject({
    after: odsCode.optional().describe('ODS code of the last one of the page before.'),
  }),
  reply: z.strictObject({ leavings: z.array(leaving) }),
});

export const confirmLeaving = request('access', 'confirm-leaving', {
  summary: 'Confirms that an organisation leaves. Repeating it changes nothing.',
  from: ['gateway', 'operator'],
  who: operators,
  request: one,
  reply: leaving,
});

export const closeOrganisation = request('access', 'close-organisation', {
  summary:
    'Closes an organisation that leaves, from its day on: all its places, panels, programs and webhooks end at once. Repeating it changes nothing.',
  from: ['gateway', 'operator'],
  who: operators,
  request: one,
  reply: leaving,
});

export const organisationClosed = event('access', 'organisation-closed', 1, {
  summary: 'An organisation was closed: nobody and nothing acts for it any more.',
  consumers: ['notify'],
  data: z.strictObject({ organisationId: id, at: instant }),
});
