import { z } from 'zod';
import { request } from '../define.js';
import { panelDetail } from './panels.js';
import { audienceEntry, id, instant } from '../fields.js';

const grantee = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('member'), memberId: id }),
  z.strictObject({ kind: z.literal('panel'), panelId: id }),
  z.strictObject({ kind: z.literal('everyone') }),
]);

export const grant = z.strictObject({
  grantId: id,
  to: grantee,
  givenBy: id,
  givenAt: instant,
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
});

/** How one audience entry could answer for a case: the panel's lead, or the invited person if a specialist. */
const answerer = z.strictObject({ grantId: id, to: grantee, leadMemberId: id.nullable() });

export const shareCase = request('access', 'share', {
  summary:
    'Opens a case to people, panels or everyone. The first share of a case id makes the caller its requester. Idempotent by grant id.',
  from: ['cases'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    caseId: id,
    entries: z
      .array(z.strictObject({ grantId: id, entry: audienceEntry }))
      .min(1)
      .max(50),
    candidates: z
      .array(id)
      .max(100)
      .default([])
      .describe('Others than the answerers who might answer, such as those on call.'),
  }),
  reply: z.strictObject({
    answerers: z.array(answerer),
    maySee: z.array(id).describe('Those of the answerers and candidates who may see the case now.'),
    panels: z.array(panelDetail).describe('The panels among the entries.'),
  }),
});

export const revokeGrant = request('access', 'revoke', {
  summary:
    'Ends a grant at once. Only the requester may; repeating it changes nothing. Says who could still answer for the case.',
  from: ['cases'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id, grantId: id }),
  reply: z.strictObject({ revokedAt: instant, to: grantee, answerers: z.array(answerer) }),
});

/** Purposes for which a case is open to nobody but its requester. */
export const requesterPurposes = ['audience', 'audit', 'close', 'record-copy'] as const;

export const checkAccess = request('access', 'check', {
  summary:
    'Which of these cases the caller may see now, and why. Every answer is written to the audit in the same statement.',
  from: ['cases', 'files'],
  who: { members: 'any' },
  request: z.strictObject({
    caseIds: z.array(id).min(1).max(100),
    purpose: z
      .enum([
        ...(['read', 'list', 'post', 'hand-over', 'files', 'file-upload', 'file-download'] as const),
        ...requesterPurposes,
      ])
      .describe('Of these, `audience`, `audit`, `close` and `record-copy` are open to the requester alone.'),
    subjectId: id.optional().describe('What within the case it is about, such as a file; kept in the audit.'),
  }),
  reply: z.strictObject({
    allowed: z.array(
      z.strictObject({
        caseId: id,
        via: z.enum(['requester', 'member', 'panel', 'everyone']),
        grantId: id.nullable().describe('The grant that opens it; null for the requester.'),
      }),
    ),
  }),
});

export const whoMaySee = request('access', 'who-may-see', {
  summary:
    'Which of these members may see a case now. For services that deliver or assign; not a read, so not audited.',
  from: ['cases', 'files', 'notify'],
  who: { services: ['cases', 'files', 'notify'] },
  request: z.strictObject({ caseId: id, memberIds: z.array(id).max(200) }),
  reply: z.strictObject({ memberIds: z.array(id) }),
});

export const visibleCases = request('access', 'visible-cases', {
  summary:
    'For each of these cases, which of these members may see it now. For what is delivered together; not a read, so not audited.',
  from: ['notify'],
  who: { services: ['notify'] },
  request: z.strictObject({ caseIds: z.array(id).max(200), memberIds: z.array(id).max(200) }),
  reply: z.strictObject({ visible: z.array(z.strictObject({ caseId: id, memberIds: z.array(id) })) }),
});

export const caseAudience = request('access', 'case-audience', {
  summary: 'All grants of a case, ended ones included, for its requester.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({ grants: z.array(grant.extend({ name: z.string() })) }),
});

export const callerPrincipals = request('access', 'caller-principals', {
  summary: 'The keys under which cases are shared with the caller: themself and their panels.',
  from: ['cases', 'notify'],
  who: { members: 'any' },
  request: z.strictObject({}),
  reply: z.strictObject({ principals: z.array(id) }),
});

/** The principal under which a projection files a case shared with all members. */
export const everyonePrincipal = '00000000-0000-0000-0000-000000000000';
