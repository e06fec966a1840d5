import { z } from 'zod';
import { event, request } from '../define.js';
import { commandId, cursor, id, instant, pageLimit, priority, text } from '../fields.js';

/** Why somebody came to answer for a case. */
export const responsibilityReason = z
  .enum([
    'on-call',
    'panel-lead',
    'invited-specialist',
    'panel-specialist',
    'hand-over',
    'take-over',
    'hand-back',
    'handed-to',
  ])
  .describe(
    'By the rota; as lead of a panel; invited by name; as one of a panel when it has neither; accepted at a shift change; taken over by the lead; handed back by the one before; handed over to them by name.',
  );

const note = text(2_000).describe(
  'For whoever takes it on; about the case, without anything that identifies the child.',
);

const answering = z.strictObject({ responsibleId: id, since: instant, version: z.int() });

export const handBack = request('cases', 'hand-back', {
  summary:
    "Gives a case back to its lead panel: to the doctor on call, or the panel's lead. Only its responsible specialist may.",
  from: ['gateway'],
  who: { members: ['specialist'] },
  request: z.strictObject({ commandId, caseId: id, note: note.optional() }),
  reply: answering,
});

export const handTo = request('cases', 'hand-to', {
  summary:
    "Hands a case over to a specialist of its lead panel, with a note. They are responsible at once, and are reminded until they acknowledge. Its responsible specialist and the panel's lead may.",
  from: ['gateway'],
  who: { members: ['specialist'] },
  request: z.strictObject({ commandId, caseId: id, memberId: id, note }),
  reply: answering,
});

export const acknowledgeResponsibility = request('cases', 'acknowledge-responsibility', {
  summary:
    'The responsible specialist says that they know of the case. It ends the reminders, and a repeat changes nothing.',
  from: ['gateway'],
  who: { members: ['specialist'] },
  request: z.strictObject({ commandId, caseId: id }),
  reply: z.strictObject({ acknowledgedAt: instant, version: z.int() }),
});

export const responsibilityHistory = request('cases', 'responsibility-history', {
  summary:
    'Who answered for a case from when until when, and why, oldest first: without a gap while it was open.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id, cursor: cursor.optional(), limit: pageLimit }),
  reply: z.strictObject({
    history: z.array(
      z.strictObject({
        memberId: id,
        reason: responsibilityReason,
        from: instant,
        until: instant.nullable(),
        givenBy: id
          .nullable()
          .describe('Who handed it to them; null for the programme, and for what they took themselves.'),
        note: z.string().nullable(),
        acknowledgedAt: instant
          .nullable()
          .describe('When they said that they know of it; null while reminders go on.'),
      }),
    ),
    nextCursor: cursor.nullable(),
  }),
});

export const responsibilityGiven = event('cases', 'responsibility-given', 1, {
  summary:
    'Another specialist answers for a case from this instant, without having taken it themselves: they are told.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    fromMemberId: id,
    toMemberId: id,
    givenBy: id
      .nullable()
      .describe('Null when the programme did, because the one before cannot answer any more.'),
    reason: responsibilityReason,
    at: instant,
  }),
});

export const responsibilityUnacknowledged = event('cases', 'responsibility-unacknowledged', 1, {
  summary:
    'The responsible specialist has not said in time that they know of the case; they and the lead of its panel are told, again and again.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    responsibleId: id,
    leadPanelId: id.nullable(),
    priority,
    reminder: z.int().min(1),
    at: instant,
  }),
});

export const nobodyLeft = event('cases', 'nobody-left', 1, {
  summary:
    'A case was cancelled because nobody is left who could answer it. Its requester and their cover are told to ask anew.',
  consumers: ['notify'],
  data: z.strictObject({ caseId: id, at: instant }),
});

/** Cases named, at most, for one event. */
export const mostCasesLeft = 200;

export const requesterLeft = event('cases', 'requester-left', 1, {
  summary:
    'Who asked open cases has left the practice. Its cover acts; where there is none, its administrators are told to name one.',
  consumers: ['notify'],
  data: z.strictObject({
    organisationId: id,
    caseIds: z.array(id).max(mostCasesLeft).describe('The latest first; at most 200.'),
    at: instant,
  }),
});
