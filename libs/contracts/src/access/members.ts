import { z } from 'zod';
import { event, request, type Who } from '../define.js';
import { commandId, cursor, emailAddress, id, instant, line, pageLimit, role } from '../fields.js';

/** What an organisation may make of its members. Who runs the platform is the platform's affair. */
export const memberRoles = ['clinician', 'specialist', 'organisation-admin', 'programme-lead'] as const;
export const memberRole = z.enum(memberRoles);
export type MemberRole = z.output<typeof memberRole>;

const rolesOfMember = z.array(memberRole).min(1, 'Give at least one role.').max(memberRoles.length);
const email = emailAddress;
const subject = line(255).describe(
  "Who they are at the organisation's sign-in issuer: the `sub` of its tokens. Opaque.",
);
const userName = line(254).describe(
  'Names the member within the organisation, in any mix of capitals; the e-mail address when absent.',
);
const issuer = z
  .url()
  .max(500)
  .optional()
  .describe('The sign-in issuer; the one of the organisation when absent.');

/** Who brings and removes members: the administrator, or a program of theirs. */
export const membersDoor = {
  members: ['organisation-admin'],
  clients: ['members'],
} as const satisfies Who;

/** A member as their organisation keeps them. */
export const memberRecord = z.strictObject({
  memberId: id,
  userName: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(role),
  status: z.enum(['active', 'ended']).describe('Of their place in this organisation.'),
  accountDisabled: z.boolean().describe('The platform has disabled the whole account.'),
  issuer: z.string().nullable(),
  subject: z.string().nullable().describe('Null for who cannot sign in yet.'),
  panels: z.array(z.strictObject({ panelId: id, name: z.string(), leads: z.boolean() })),
  createdAt: instant,
  changedAt: instant,
  version: z.int(),
});

export const listMembers = request('access', 'list-members', {
  summary: "The members of the caller's organisation, ended places included.",
  from: ['gateway'],
  who: membersDoor,
  request: z.strictObject({
    status: z.enum(['active', 'ended']).optional(),
    after: cursor.optional(),
    limit: pageLimit,
  }),
  reply: z.strictObject({ members: z.array(memberRecord), next: cursor.nullable() }),
});

export const getMember = request('access', 'get-member', {
  summary: "A member of the caller's organisation.",
  from: ['gateway'],
  who: membersDoor,
  request: z.strictObject({ memberId: id }),
  reply: memberRecord,
});

export const addMember = request('access', 'add-member', {
  summary:
    "Gives a person a place in the caller's organisation. Who has an account already keeps it, and gets one more place.",
  from: ['gateway'],
  who: membersDoor,
  request: z.strictObject({
    commandId,
    name: line(200),
    email,
    roles: rolesOfMember,
    userName: userName.optional(),
    subject: subject.optional(),
    issuer,
  }),
  reply: memberRecord,
});

export const changeMember = request('access', 'change-member', {
  summary:
    "Changes a member of the caller's organisation. What is absent stays. Another organisation's name for them stays, too.",
  from: ['gateway'],
  who: membersDoor,
  request: z.strictObject({
    memberId: id,
    name: line(200).optional(),
    email: email.optional(),
    roles: rolesOfMember.optional(),
    userName: userName.optional(),
    subject: subject.optional(),
    issuer,
    expectedVersion: z.int().optional(),
  }),
  reply: memberRecord,
});

export const endPlace = request('access', 'end-place', {
  summary:
    "Ends a member's place in the caller's organisation, which holds from the reply on. Their places elsewhere stay.",
  from: ['gateway'],
  who: membersDoor,
  request: z.strictObject({
    memberId: id,
    emergency: z
      .boolean()
      .default(false)
      .describe('At once, whatever they lead: each panel gets another lead, or closes if there is nobody.'),
    replaceLeadBy: id
      .optional()
      .describe('Leads, from now on, the panels that they lead. Has to be in each of them.'),
  }),
  reply: z.strictObject({
    member: memberRecord,
    panelsLeft: z.array(id),
    newLeads: z.array(z.strictObject({ panelId: id, memberId: id })),
    panelsClosed: z.array(id).describe('Had nobody left.'),
  }),
});

export const reopenPlace = request('access', 'reopen-place', {
  summary: 'Gives a member back the place that had ended. Panels are joined anew, one by one.',
  from: ['gateway'],
  who: membersDoor,
  request: z.strictObject({ memberId: id }),
  reply: memberRecord,
});

export const setAccount = request('access', 'set-account', {
  summary: 'Disables a whole account, in every organisation, or enables it again.',
  from: ['gateway', 'operator'],
  who: { members: ['operator'], services: ['operator'] },
  request: z.strictObject({ memberId: id, status: z.enum(['active', 'disabled']) }),
  reply: z.strictObject({ memberId: id, status: z.enum(['active', 'disabled']) }),
});

/** Cases whose access somebody is told has ended, at most, for one event. */
export const mostCasesTold = 200;

const lostCases = z
  .array(id)
  .max(mostCasesTold)
  .describe('Cases they had seen by it and may not see any more, the latest first; at most 200.');

export const placeEnded = event('access', 'place-ended', 1, {
  summary: "A member's place in an organisation ended: what it gave is gone.",
  consumers: ['cases', 'notify'],
  data: z.strictObject({
    memberId: id,
    organisationId: id,
    reason: z.enum(['removed', 'emergency', 'account-disabled']),
    caseIds: lostCases,
    at: instant,
  }),
});

export const panelLeft = event('access', 'panel-left', 1, {
  summary: 'A member is no longer in a panel, or the panel is closed: what only the panel gave is gone.',
  consumers: ['cases', 'notify'],
  data: z.strictObject({
    panelId: id,
    organisationId: id,
    memberId: id,
    reason: z.enum(['removed', 'place-ended', 'panel-closed']),
    caseIds: lostCases,
    at: instant,
  }),
});

export const specialistEnded = event('access', 'specialist-ended', 1, {
  summary: 'A member is no longer a specialist in an organisation: they advise no more there.',
  consumers: ['cases'],
  data: z.strictObject({ memberId: id, organisationId: id, at: instant }),
});

export const panelLedAnew = event('access', 'panel-led-anew', 1, {
  summary: 'A panel has another lead.',
  consumers: ['cases'],
  data: z.strictObject({ panelId: id, organisationId: id, from: id.nullable(), to: id, at: instant }),
});

export const panelClosed = event('access', 'panel-closed', 1, {
  summary: 'A panel takes no more cases, and nobody sees or answers cases by it.',
  consumers: ['cases'],
  data: z.strictObject({
    panelId: id,
    organisationId: id,
    reason: z.enum(['closed', 'nobody-left']),
    at: instant,
  }),
});

export type MemberRecord = z.output<typeof memberRecord>;
