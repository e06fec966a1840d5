import { z } from 'zod';
import { event, request } from '../define.js';
import { commandId, id, instant, text } from '../fields.js';

export const consultPanel = request('cases', 'consult', {
  summary:
    'Asks another panel in, with a question of its own and a clock of its own by its own terms. Who controls the case may ask any panel they may send to; the responsible specialist one that sees the case already.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    commandId,
    caseId: id,
    panelId: id,
    question: text(4_000).describe('What this panel is asked, without anything that identifies the child.'),
  }),
  reply: z.strictObject({ consultationId: id, answerBy: instant, version: z.int() }),
});

export const changeLeadPanel = request('cases', 'change-lead-panel', {
  summary:
    'Has another panel lead, one that sees the case already: its doctor on call, or its lead, answers from this instant, by when the answer was promised. Who controls the case and the responsible specialist may.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, panelId: id }),
  reply: z.strictObject({ leadPanelId: id, responsibleId: id, version: z.int() }),
});

/** Why a consultation is over. */
const consultationEnd = z.enum(['answered', 'leads-now', 'panel-gone', 'case-ended']);

/** A panel that has a part in a case, with its clock. */
export const casePanel = z.strictObject({
  panelId: id,
  part: z.enum(['lead', 'consulted']),
  question: z
    .string()
    .nullable()
    .describe('What a consulted panel was asked; the lead panel has the question of the case.'),
  askedBy: id.nullable(),
  askedAt: instant.nullable(),
  clock: z.enum(['running', 'paused', 'stopped']),
  answerBy: instant.nullable().describe('Null when no answer is awaited.'),
  overdue: z.boolean(),
  ended: consultationEnd.nullable().describe('Of a consulted panel: why its part is over.'),
  advice: z.array(id).describe('Advice that a consulted panel gave; it is no plan.'),
});

export const caseConsulted = event('cases', 'case-consulted', 1, {
  summary: 'Another panel was asked in; whoever is on call for it, or leads it, is told.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    consultationId: id,
    panelId: id,
    askedBy: id,
    answerBy: instant,
    at: instant,
  }),
});

export const responseOverdue = event('cases', 'response-overdue', 1, {
  summary: 'A panel has not answered by when it should have; who answers for it and its lead are told.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    panelId: id.nullable().describe('Null when only people were asked.'),
    consultationId: id.nullable().describe('Of a consulted panel; null for the case itself.'),
    responsibleId: id,
    dueAt: instant,
    at: instant,
  }),
});
