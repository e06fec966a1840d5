import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id, instant, line, text } from '../fields.js';
import { caseFilter } from './lists.js';

/** How a list of cases is narrowed, kept by a member under a name. */
const content = {
  name: line(60).describe('As you call it; no two of yours have the same name.'),
  filter: caseFilter
    .extend({ words: text(200).optional().describe('As in a search.') })
    .describe('What is sent to list or search cases.'),
};

export const savedFilter = z.strictObject({
  filterId: id,
  ...content,
  version: z.int(),
  changedAt: instant,
});

export const listFilters = request('cases', 'list-filters', {
  summary: 'Your saved filters, by name. Nobody else sees them.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({}),
  reply: z.strictObject({ filters: z.array(savedFilter) }),
});

export const saveFilter = request('cases', 'save-filter', {
  summary: 'Keeps a filter under a name, for yourself alone; at most 50.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ commandId, ...content }),
  reply: savedFilter,
});

export const changeFilter = request('cases', 'change-filter', {
  summary: 'Changes the name and the content of a saved filter.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({
    commandId,
    filterId: id,
    ...content,
    expectedVersion: z.int().min(1).optional().describe('Refused when it was changed since.'),
  }),
  reply: savedFilter,
});

export const deleteFilter = request('cases', 'delete-filter', {
  summary: 'Forgets a saved filter.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ commandId, filterId: id }),
  reply: z.strictObject({ filterId: id }),
});
