import { z } from 'zod';
import { request } from '../define.js';
import { id, line, odsCode, role, text } from '../fields.js';
import { holidayCalendar, panelTerms } from './panels.js';

export const registerOrganisation = request('access', 'register-organisation', {
  summary: 'Registers an organisation, or renames it, by its ODS code.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({
    odsCode,
    name: line(200),
    kind: z.enum(['trust', 'practice', 'icb']),
    calendar: holidayCalendar
      .optional()
      .describe('Its bank holidays; left as they are when absent, England and Wales for a new one.'),
  }),
  reply: z.strictObject({ organisationId: id }),
});

export const registerMember = request('access', 'register-member', {
  summary: 'Registers a member by sign-in identity, with a role set per organisation. Repeatable.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({
    issuer: z.url(),
    subject: line(255),
    name: line(200),
    email: z.email().max(254),
    memberships: z.array(z.strictObject({ odsCode, roles: z.array(role).min(1) })).min(1),
  }),
  reply: z.strictObject({ memberId: id }),
});

export const registerPanel = request('access', 'register-panel', {
  summary: 'Registers a panel by organisation and name, with its members and lead. Repeatable.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({
    odsCode,
    name: line(200),
    specialty: line(100),
    phone: line(40),
    leadMemberId: id,
    memberIds: z.array(id).min(1).max(1000),
    terms: panelTerms
      .optional()
      .describe('Hours and targets; left as they are when absent, `defaultPanelTerms` for a new panel.'),
  }),
  reply: z.strictObject({ panelId: id }),
});

export const panelSummary = z.strictObject({
  panelId: id,
  name: z.string(),
  specialty: z.string(),
  phone: z.string(),
  organisation: z.string(),
});

export const listPanels = request('access', 'list-panels', {
  summary: 'Panels the caller may send a case to.',
  from: ['gateway', 'cases'],
  who: { members: 'any' },
  request: z.strictObject({}),
  reply: z.strictObject({ panels: z.array(panelSummary) }),
});

export const findMembers = request('access', 'find-members', {
  summary: 'Members whose name begins with the given text, to invite one. At most 20.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ name: text(100, 2) }),
  reply: z.strictObject({
    members: z.array(z.strictObject({ memberId: id, name: z.string(), organisation: z.string() })),
  }),
});

export const memberContacts = request('access', 'member-contacts', {
  summary: 'Where to reach members. Only for delivering what they are entitled to know.',
  from: ['notify'],
  who: { services: ['notify'] },
  request: z.strictObject({ memberIds: z.array(id).max(200) }),
  reply: z.strictObject({
    contacts: z.array(z.strictObject({ memberId: id, name: z.string(), email: z.string() })),
  }),
});
