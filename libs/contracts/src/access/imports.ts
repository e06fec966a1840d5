import { z } from 'zod';
import { request } from '../define.js';
import { id, instant } from '../fields.js';
import { membersDoor } from './members.js';

/**
 * The import door of access: HTTP inside the cluster, since bytes never travel over the bus. `POST /member-imports`
 * takes the CSV file as it streams in and answers with a `memberImport` once it has been read. Only the gateway knocks.
 */
export const importDoor = {
  path: '/member-imports',
  headers: {
    caller: 'ddx-caller',
    /** Chosen by the gateway: a repeat with the same id is the same import. */
    importId: 'x-import-id',
    /** The sign-in issuer of the subjects; the organisation's own when absent. */
    issuer: 'x-issuer',
  },
} as const;

/** The columns of the file, in any order. */
export const importColumns = {
  required: ['subject', 'name', 'email', 'roles'],
  optional: ['user_name'],
} as const;

/** Bad lines that are named; the rest is counted. */
export const mostLineErrors = 1_000;

const lineError = z.strictObject({
  line: z.int().describe('Line of the file; the header is line 1.'),
  column: z.string().nullable(),
  reason: z.string(),
});

export const memberImport = z.strictObject({
  importId: id,
  state: z
    .enum(['reading', 'checking', 'writing', 'done', 'refused', 'failed'])
    .describe(
      '`refused`: lines are wrong, and nothing was written. `failed`: it broke off, and nothing was written.',
    ),
  lines: z.int().describe('Members in the file, as far as it has been read.'),
  written: z.int().describe('Of these, how many are dealt with; they count all together, at the end.'),
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  errorCount: z.int(),
  errors: z.array(lineError).describe('The first 1,000 of the bad lines, in their order.'),
  reason: z.string().nullable().describe('Why it failed or was refused as a whole.'),
  startedAt: instant,
  endedAt: instant.nullable(),
});

export const getMemberImport = request('access', 'get-member-import', {
  summary: 'How far an import of members is, and what was wrong with the file.',
  from: ['gateway'],
  who: membersDoor,
  request: z.strictObject({ importId: id }),
  reply: memberImport,
});

export const listMemberImports = request('access', 'list-member-imports', {
  summary: "The latest 20 imports of members of the caller's organisation, without their bad lines.",
  from: ['gateway'],
  who: membersDoor,
  request: z.strictObject({}),
  reply: z.strictObject({ imports: z.array(memberImport.omit({ errors: true })) }),
});

export type MemberImport = z.output<typeof memberImport>;
export type LineError = z.output<typeof lineError>;
