import { z } from 'zod';
import { request } from '../define.js';
import { audienceEntry, id, instant, priority } from '../fields.js';
import { template } from './templates.js';

/** Whom a case is shared with. */
export const audience = z
  .array(audienceEntry)
  .min(1, 'Choose at least one person or panel to share with.')
  .max(50, 'Share with at most 50 people and panels at once.');

const jsonSchema = z.record(z.string(), z.unknown()).describe('JSON Schema, 2020-12.');

export const caseForm = request('cases', 'case-form', {
  summary:
    'Everything a client needs before anything is typed: fields with their limits, the red flags with the telephone number, the template of the panel, the duty to anonymise.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ panelId: id.optional().describe('Absent to ask people alone.') }),
  reply: z.strictObject({
    emergency: z.strictObject({
      warning: z.string(),
      phone: z.string().nullable().describe("The panel's number."),
      redFlags: template.shape.redFlags.describe('To be asked first. A "yes" is a call, and no case.'),
    }),
    panel: z.strictObject({ panelId: id, name: z.string(), organisation: z.string() }).nullable(),
    content: jsonSchema.describe('JSON Schema of what is asked of every case.'),
    units: z.array(z.strictObject({ code: z.string(), display: z.string() })),
    knownResults: z
      .array(z.strictObject({ names: z.array(z.string()), units: z.array(z.string()) }))
      .describe('Results whose unit is checked: a number needs one of these.'),
    template: template.pick({ version: true, fields: true }).nullable(),
    duty: z.strictObject({
      version: z.string(),
      hash: z.string(),
      title: z.string(),
      body: z.string(),
    }),
  }),
});

export const expectAnswer = request('cases', 'expect-answer', {
  summary:
    'What would happen if a case were shared now: who answers, by when, and whether anybody is looking before that. Nothing is kept.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ audience, priority, inviteOnly: z.boolean().default(false) }),
  reply: z.strictObject({
    responsible: z.strictObject({
      memberId: id,
      name: z.string(),
      as: z.enum(['on-call', 'panel-lead', 'invited-specialist']).describe('Why it is them.'),
    }),
    panel: z.strictObject({ panelId: id, name: z.string() }).nullable().describe('The one that leads.'),
    answerBy: instant,
    lookingFrom: instant.nullable().describe('Nobody is looking before; null while the panel is open.'),
    phone: z.string().nullable().describe('To call if the child is unwell now.'),
    sentence: z.string().describe('The same in words, times as in London.'),
  }),
});
