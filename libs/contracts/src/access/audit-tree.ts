import { z } from 'zod';
import { request } from '../define.js';
import { id, instant } from '../fields.js';

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256, hexadecimal');
const count = z.int().min(0);

/** A row of the audit, every column of it, in the form in which it is hashed. See docs/audit-format.md. */
export const auditRow = z.strictObject({
  id: z.string().describe('A number; a string because JSON numbers end at 2^53.'),
  at: z.string().describe('UTC, ISO 8601, with microseconds'),
  actorKind: z.string(),
  actorId: z.string().nullable(),
  organisationId: z.string().nullable(),
  origin: z.string().nullable().describe('Network address the request came from.'),
  act: z.string(),
  purpose: z.string().nullable(),
  caseId: z.string().nullable(),
  subjectId: z.string().nullable(),
  via: z.string().nullable(),
  grantId: z.string().nullable(),
  outcome: z.string(),
  detail: z.unknown().describe('Codes and numbers, or null.'),
  traceId: z.string().nullable(),
});
export type AuditRow = z.output<typeof auditRow>;

/** A public key of the audit. */
export const auditKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  alg: z.literal('EdDSA'),
  use: z.literal('sig'),
});

export const auditHead = z.strictObject({
  type: z.literal('head'),
  treeSize: count,
  rootHash: hash,
  at: instant,
  keyId: z.string(),
  signature: z.string().describe('Ed25519, base64url'),
});

/** A leaf of the tree with its row. A row that was deleted is null. */
export const auditLeaf = z.strictObject({
  type: z.literal('row'),
  leafIndex: count,
  leafHash: hash.describe('As it was when the row was sealed.'),
  row: auditRow.nullable(),
  path: z.array(hash).optional().describe('Audit path to the head, in an export of a part.'),
});

export const auditTree = request('access', 'audit-tree', {
  summary:
    'The public keys of the audit, its latest signed tree head, and the proof that an older one is a prefix of it.',
  from: ['gateway', 'operator'],
  who: { services: ['gateway', 'operator'] },
  request: z.strictObject({ since: z.int().min(1).optional().describe('Size of the older tree.') }),
  reply: z.strictObject({
    keys: z.array(auditKey),
    head: auditHead.nullable(),
    consistency: z.array(hash).nullable().describe('Null unless asked for.'),
  }),
});

const page = {
  treeSize: z.int().min(1).describe('Of the signed tree head that the rows are shown against.'),
  after: z.int().min(-1).default(-1).describe('Index of the last leaf that is had already.'),
  limit: z.int().min(1).max(500).default(500),
};

const leafPage = z.strictObject({
  leaves: z.array(auditLeaf),
  next: count.nullable().describe('To be sent as `after` for the next page.'),
});

export const auditLeaves = request('access', 'audit-leaves', {
  summary: 'All leaves of the audit in order, each signed tree head after the last leaf it covers.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject(page),
  reply: leafPage.extend({ heads: z.array(auditHead) }),
});

export const auditStrays = request('access', 'audit-strays', {
  summary: 'Rows that should be sealed by now and are not: somebody put them among the others later.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({
    after: z
      .string()
      .regex(/^\d{1,19}$/)
      .default('0'),
  }),
  reply: z.strictObject({ rows: z.array(auditRow) }),
});

export const partOfAudit = request('access', 'audit-part', {
  summary: 'The leaves of one organisation or one case, with audit paths, for an operator to hand out.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({
    ...page,
    limit: z.int().min(1).max(200).default(200),
    of: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('organisation'), organisationId: id }),
      z.strictObject({ kind: z.literal('case'), caseId: id }),
    ]),
  }),
  reply: leafPage,
});

const ownPage = { ...page, limit: z.int().min(1).max(200).default(200) };

export const caseAuditLeaves = request('access', 'case-audit-leaves', {
  summary:
    "All that was done to the caller's case, with audit paths: proof that nothing was changed or left in.",
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ ...ownPage, caseId: id }),
  reply: leafPage,
});

export const organisationAuditLeaves = request('access', 'organisation-audit-leaves', {
  summary:
    "What was done for the caller's organisation, with audit paths. Acts on cases of other organisations are left out; theirs to export.",
  from: ['gateway'],
  who: { members: ['organisation-admin'], clients: ['audit'] },
  request: z.strictObject(ownPage),
  reply: leafPage,
});
