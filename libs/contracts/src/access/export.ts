import { z } from 'zod';
import { request } from '../define.js';
import { id } from '../fields.js';

/** Version of docs/export-format.md. */
export const exportVersion = 1;

/** One line of an organisation's export, as docs/export-format.md describes it by its type. */
export const exportLine = z.looseObject({ type: z.string() });
export type ExportLine = z.output<typeof exportLine>;

/** A page of an export, well below what one message carries. */
export const exportPage = z.strictObject({
  lines: z.array(exportLine),
  next: z.string().nullable().describe('To be sent as `after` for the next page.'),
});

const after = z.string().max(64).optional();

/** What `access` has to say of an organisation, in the order of the export. */
export const exportParts = [
  'organisation',
  'agreement',
  'issuer',
  'member',
  'panel',
  'client',
  'conformance-run',
  'grant',
  'governance-opening',
  'audit',
] as const;

const opened = z.strictObject({ exportId: id, organisationId: id, cases: z.boolean() });

export const openExport = request('access', 'open-export', {
  summary:
    'Begins an export of the organisation, which leaves. With the content of its cases only when that was asked for and approved by two people.',
  from: ['gateway'],
  who: { members: ['organisation-admin'], clients: ['export'] },
  request: z.strictObject({ cases: z.boolean() }),
  reply: opened,
});

export const openDepartedExport = request('access', 'open-departed-export', {
  summary:
    'The same for an organisation that was closed at most 90 days ago, for whoever has its export token.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({
    tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
    cases: z.boolean(),
    from: z.string().max(64).optional(),
  }),
  reply: opened,
});

export const exportPart = request('access', 'export-part', {
  summary: 'A page of a part of an export, as long as whoever began it may still have it.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ exportId: id, part: z.enum(exportParts), after }),
  reply: exportPage,
});

const exporters = ['cases', 'files', 'notify', 'metrics'] as const;

export const confirmExport = request('access', 'confirm-export', {
  summary: 'Whose export it is, if it still is one, and which of the cases are that organisation’s to have.',
  from: exporters,
  who: { services: exporters },
  request: z.strictObject({ exportId: id, caseIds: z.array(id).max(100).default([]) }),
  reply: opened.extend({
    caseIds: z.array(id).describe('Empty when the export is one without the content of cases.'),
  }),
});

export const takeCases = request('access', 'take-cases', {
  summary:
    "The organisation's own among the cases, each written to the audit as exported, and the names of people who took part.",
  from: ['cases'],
  who: { services: ['cases'] },
  request: z.strictObject({
    exportId: id,
    caseIds: z.array(id).max(100),
    memberIds: z.array(id).max(2_000),
  }),
  reply: z.strictObject({
    caseIds: z.array(id),
    people: z.array(z.strictObject({ memberId: id, name: z.string(), organisation: z.string().nullable() })),
  }),
});
