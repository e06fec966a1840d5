import { z } from 'zod';
import { request } from '../define.js';
import { panelDetail } from './panels.js';
import { audienceEntry, id, instant, purpose, relation } from '../fields.js';

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
  control: z.boolean().describe('A delegate: shares and ends shares as the requester may.'),
  reason: z.string().nullable(),
});

/** How many may see a case now; counted up to a thousand. */
const reach = z.strictObject({
  members: z.int(),
  organisations: z.int(),
  more: z.boolean().describe('True when there are more members than were counted.'),
});

const person = z.strictObject({ memberId: id, name: z.string(), organisation: z.string() });

/** How one audience entry could answer for a case: the panel's lead, or the invited person if a specialist. */
export const answerer = z.strictObject({ grantId: id, to: grantee, leadMemberId: id.nullable() });

export const shareCase = request('access', 'share', {
  summary:
    'Opens a case to people, panels or everyone. The first share of a case id makes the caller its requester; later ones need control of it. Idempotent by grant id.',
  from: ['cases'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    caseId: id,
    entries: z
      .array(z.strictObject({ grantId: id, entry: audienceEntry }))
      .min(1)
      .max(50),
    inviteOnly: z
      .boolean()
      .default(false)
      .describe('With the first share: the case is open to people by name alone, for good or until changed.'),
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

/** What a share would answer; as `shareCase`, of a case that is not there and never will be. */
export const rehearseShare = request('access', 'rehearse-share', {
  summary:
    'What opening a new case to an audience would answer, with the names of those who could answer it. Nothing is kept.',
  from: ['cases'],
  who: { members: ['clinician', 'specialist'] },
  request: shareCase.request,
  reply: shareCase.reply.extend({ names: z.array(z.strictObject({ memberId: id, name: z.string() })) }),
});

export const revokeGrant = request('access', 'revoke', {
  summary:
    'Ends a grant at once. Who controls the case may; repeating it changes nothing. Says who could still answer for the case.',
  from: ['cases'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id, grantId: id }),
  reply: z.strictObject({ revokedAt: instant, to: grantee, answerers: z.array(answerer) }),
});

export const checkAccess = request('access', 'check', {
  summary:
    'Which of these cases the caller may see now, and why. Every answer is written to the audit in the same statement.',
  from: ['cases', 'files'],
  who: { members: 'any' },
  request: z.strictObject({
    caseIds: z.array(id).min(1).max(100),
    purpose: purpose.describe('What for; docs/access-model.md says which relation permits which.'),
    subjectId: id.optional().describe('What within the case it is about, such as a file; kept in the audit.'),
  }),
  reply: z.strictObject({
    allowed: z.array(
      z.strictObject({
        caseId: id,
        via: relation,
        grantId: id
          .nullable()
          .describe('The grant, or the governance opening, that opens it; null for requester and cover.'),
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
  summary: 'All grants of a case, ended ones included, for those who control it.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({
    inviteOnly: z.boolean(),
    requester: z.strictObject({ memberId: id, name: z.string(), organisation: z.string() }),
    grants: z.array(grant.extend({ name: z.string() })),
    cover: z.array(person).describe('Members of the practice who see all its cases.'),
    governance: z
      .array(person.extend({ openedAt: instant, endsAt: instant, reason: z.string() }))
      .describe('Governance leads of the practice who opened the case, with their reason.'),
    reach,
  }),
});

export const previewShare = request('access', 'preview-share', {
  summary:
    'What sharing would change, before it is done: how many people of how many organisations may see the case, before and after.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    caseId: id.optional().describe('Absent for a case that is still to be asked.'),
    audience: z.array(audienceEntry).min(1).max(50),
  }),
  reply: z.strictObject({
    before: reach,
    after: reach,
    issues: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .describe('What would be refused, and why; the counts are without it.'),
  }),
});

export const caseReaders = request('access', 'case-readers', {
  summary: 'Who has seen a case, when first and last, through what and how often, for those who control it.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({
    readers: z.array(
      person.extend({
        via: relation,
        firstAt: instant,
        lastAt: instant,
        times: z.int(),
        maySeeNow: z.boolean(),
      }),
    ),
    more: z.boolean().describe('True when there are more than the thousand shown, who read it latest.'),
  }),
});

export const setInviteOnly = request('access', 'set-invite-only', {
  summary:
    'Marks a sensitive case as invite-only, or ends that. While it holds, panels and all members are refused; shares with them must be ended first.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ caseId: id, inviteOnly: z.boolean() }),
  reply: z.strictObject({ inviteOnly: z.boolean() }),
});

export const callerPrincipals = request('access', 'caller-principals', {
  summary:
    'The keys under which cases are filed for the caller: themself, their panels, and the practice whose cases they cover.',
  from: ['cases', 'notify'],
  who: { members: 'any' },
  request: z.strictObject({}),
  reply: z.strictObject({ principals: z.array(id) }),
});

/** The principal under which a projection files a case shared with all members. */
export const everyonePrincipal = '00000000-0000-0000-0000-000000000000';

export const caseOrganisations = request('access', 'case-organisations', {
  summary:
    'The practice that a case belongs to, and the organisations to whose panels it is open now. Names no person.',
  from: ['notify'],
  who: { services: ['notify'] },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({
    organisations: z.array(
      z.strictObject({ organisationId: id, practice: z.boolean(), panelIds: z.array(id) }),
    ),
  }),
});
