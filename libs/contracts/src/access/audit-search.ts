import { z } from 'zod';
import { request } from '../define.js';
import { cursor, id, instant, pageLimit } from '../fields.js';

/** One line of the audit as people read it. */
const auditEntry = z.strictObject({
  at: instant,
  actor: z.strictObject({
    kind: z.enum(['member', 'client', 'service', 'unknown']),
    id: id.nullable(),
    name: z.string().nullable().describe('As it is now; null where the reader sees ids only.'),
  }),
  organisation: z
    .strictObject({ organisationId: id, name: z.string().nullable() })
    .nullable()
    .describe('Whom they acted for.'),
  act: z.string(),
  purpose: z.string().nullable().describe('What a case was opened for.'),
  outcome: z.enum(['allowed', 'refused']),
  caseId: id.nullable(),
  caseOfAnother: z
    .boolean()
    .describe('True when it was about a case of another organisation, whose id is not shown.'),
  subjectId: id.nullable().describe('What it was done to: a post, a file, a grant, a member.'),
  via: z.string().nullable().describe('Why it was allowed.'),
  grantId: id.nullable().describe('The grant through which it was allowed.'),
  origin: z.string().nullable().describe('The network address it came from.'),
  detail: z.record(z.string(), z.unknown()).nullable(),
  traceId: z.string().nullable(),
});

const filters = {
  from: instant.optional().describe('Not before.'),
  to: instant.optional().describe('Before.'),
  actorId: id.optional(),
  act: z
    .string()
    .regex(/^[a-z0-9.-]{1,64}$/, 'Name an act as it is written in the audit, such as case.access.')
    .optional(),
  outcome: z.enum(['allowed', 'refused']).optional(),
  cursor: cursor.optional(),
  limit: pageLimit,
};

const page = z.strictObject({
  entries: z.array(auditEntry),
  nextCursor: z
    .string()
    .nullable()
    .describe(
      'A page may be short, or empty, and still have a next one: the search looks at a bounded number of rows.',
    ),
});

export const searchCaseAudit = request('access', 'search-case-audit', {
  summary: 'Who did what to a case, when, why and through which grant, newest first. For its requester.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ ...filters, caseId: id }),
  reply: page,
});

export const searchOrganisationAudit = request('access', 'search-organisation-audit', {
  summary:
    "What was done for the caller's organisation, newest first. Cases are named by id, and only the organisation's own.",
  from: ['gateway'],
  who: { members: ['organisation-admin'], clients: ['audit'] },
  request: z.strictObject({ ...filters, caseId: id.optional() }),
  reply: page,
});

export const searchPlatformAudit = request('access', 'search-platform-audit', {
  summary:
    'Administration, sign-ins and refusals across all organisations, newest first; ids only. Reads of cases that were allowed show for one case or one actor alone.',
  from: ['gateway', 'operator'],
  who: { members: ['operator'], services: ['operator'] },
  request: z.strictObject({ ...filters, caseId: id.optional(), organisationId: id.optional() }),
  reply: page,
});
