import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id, instant, text } from '../fields.js';

/** Why a case is kept among people invited by name, out of teaching and from deletion. */
export const flagKind = z
  .enum(['safeguarding', 'intimate-image', 'identified-records'])
  .describe(
    '`safeguarding`: a concern for the child; `intimate-image`: a picture that must not go further; `identified-records`: the answer needs records that name the child.',
  );

export type FlagKind = z.output<typeof flagKind>;

const localContacts = z
  .array(z.strictObject({ organisationId: id, text: z.string() }))
  .describe("Whom to turn to: of the case's practice, and of the organisation the reader acts for.");

export const caseFlags = request('cases', 'flags', {
  summary: 'The flags of a case, former ones included, and the local contacts for what they are about.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({
    flags: z.array(
      z.strictObject({
        kind: flagKind,
        setBy: id,
        setAt: instant,
        clearedBy: id.nullable(),
        clearedAt: instant.nullable(),
      }),
    ),
    localContacts,
  }),
});

export const flagCase = request('cases', 'flag', {
  summary:
    'Flags a case, which from then on is open to people invited by name alone, never used for teaching and never deleted. Whoever may post may. Refused, naming them, while shares with panels or all members are open.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, kind: flagKind }),
  reply: z.strictObject({ kind: flagKind, version: z.int(), localContacts }),
});

export const clearFlag = request('cases', 'clear-flag', {
  summary: 'Takes a flag off a case. Whoever set it may, and the specialists the case is shared with.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, kind: flagKind }),
  reply: z.strictObject({ kind: flagKind, version: z.int() }),
});

export const getLocalContacts = request('cases', 'local-contacts', {
  summary:
    'Whom the members of the organisation acted for turn to about safeguarding and intimate images, and how a named child is discussed.',
  from: ['gateway'],
  who: { members: ['organisation-admin'] },
  request: z.strictObject({}),
  reply: z.strictObject({ text: z.string().nullable(), setAt: instant.nullable() }),
});

export const setLocalContacts = request('cases', 'set-local-contacts', {
  summary: 'Sets the local contacts that are shown with flagged cases of the organisation acted for.',
  from: ['gateway'],
  who: { members: ['organisation-admin'] },
  request: z.strictObject({ commandId, text: text(4_000) }),
  reply: z.strictObject({ setAt: instant }),
});
