import { z } from 'zod';
import { event, request, services } from '../define.js';
import { id, instant } from '../fields.js';

/** Days within which a request is answered: one month at the most (UK GDPR Art. 12(3)), whatever the month. */
export const erasureAnswerDays = 28;

/** How many rows of each kind, by the name of their table. */
export const erasedRows = z.record(z.string(), z.int());
export type ErasedRows = z.output<typeof erasedRows>;

export const requestErasure = request('access', 'request-erasure', {
  summary:
    'Asks that the caller be erased. It is recorded, and an operator carries it out; until then nothing changes. Repeating it keeps the first time.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({}),
  reply: z.strictObject({
    requestedAt: instant,
    answerBy: instant.describe('When it is carried out, or you are told why not, at the latest.'),
  }),
});

/** What an erasure came to. */
export const erasureRecord = z.strictObject({
  memberId: id,
  state: z
    .enum(['requested', 'under-way', 'done'])
    .describe('Under way until every service has said that its part is done.'),
  requestedAt: instant.nullable().describe('Null when the person did not ask for it here.'),
  answerBy: instant.nullable(),
  erasedAt: instant.nullable().describe('From then on nobody signs in as this person or finds them.'),
  parts: z.array(
    z.strictObject({
      service: z.enum(services),
      erasedAt: instant.nullable().describe('Null while it is to be done.'),
      rows: erasedRows.describe('Erased or made anonymous, by table.'),
    }),
  ),
  stays: z
    .array(
      z.strictObject({
        service: z.enum(services),
        what: z.string(),
        why: z.string(),
        until: z.string(),
      }),
    )
    .describe('What is kept all the same, under an id without a name.'),
  backups: z.string(),
});
export type ErasureRecord = z.output<typeof erasureRecord>;

export const eraseMember = request('access', 'erase-member', {
  summary:
    'Erases a person: name, address, sign-ins, places, rotas, streams and mails. What they wrote in cases stays, by "Former member". Not to be undone; repeating it carries on with what is left.',
  from: ['gateway'],
  who: { members: ['operator'] },
  request: z.strictObject({ memberId: id }),
  reply: erasureRecord,
});

export const eraseLeaver = request('access', 'erase-leaver', {
  summary:
    "Erases a person who has left the caller's organisation and never had a place in another. Not to be undone.",
  from: ['gateway'],
  who: { members: ['organisation-admin'] },
  request: z.strictObject({ memberId: id }),
  reply: erasureRecord,
});

export const erasureReport = request('access', 'erasure-report', {
  summary: 'What was erased of a person, where and when; what stays, why, and until when.',
  from: ['gateway'],
  who: { members: ['operator'] },
  request: z.strictObject({ memberId: id }),
  reply: erasureRecord,
});

export const erasuresAtGateway = request('access', 'erasures-at-gateway', {
  summary: 'People who are erased but for what the gateway keeps. At most 100.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({}),
  reply: z.strictObject({ memberIds: z.array(id) }),
});

export const erasedAtGateway = request('access', 'erased-at-gateway', {
  summary: 'Records that the gateway has erased its part. Repeatable.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ memberId: id, rows: erasedRows }),
  reply: z.strictObject({}),
});

export const memberErased = event('access', 'member-erased', 1, {
  summary: 'A person is erased: whoever keeps something about them erases it too.',
  consumers: ['cases', 'notify'],
  data: z.strictObject({ memberId: id, at: instant }),
});
