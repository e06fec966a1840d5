import { z } from 'zod';
import { request, type Who } from '../define.js';
import { commandId, id, instant, line, odsCode } from '../fields.js';
import { panelTerms } from './panels.js';

/** Who keeps an organisation's panels: the administrator, or a program of theirs. */
export const panelsDoor = {
  members: ['organisation-admin'],
  clients: ['panels'],
} as const satisfies Who;

/** From whom a panel takes cases. */
export const panelOpenTo = z
  .enum(['all-organisations', 'own-organisation', 'listed-organisations'])
  .describe(
    'From whom it takes cases: everybody; its own organisation; that and those that accepted an offer.',
  );

export const offerStatus = z.enum(['offered', 'accepted', 'declined', 'withdrawn']);

const offer = z.strictObject({
  organisationId: id,
  organisation: z.string(),
  odsCode,
  status: offerStatus,
  offeredAt: instant,
  answeredAt: instant.nullable(),
  expiresAt: instant.nullable(),
});

/** A panel as its organisation keeps it. */
export const panelRecord = z.strictObject({
  panelId: id,
  name: z.string(),
  specialty: z.string(),
  phone: z.string(),
  status: z
    .enum(['preparing', 'active', 'closed'])
    .describe('Only an active panel takes cases; one that is being prepared lacks a lead or a phone number.'),
  openTo: panelOpenTo,
  leadMemberId: id.nullable(),
  terms: panelTerms,
  members: z.array(z.strictObject({ memberId: id, name: z.string() })),
  offers: z.array(offer),
  createdAt: instant,
  changedAt: instant,
  version: z.int(),
});
export type PanelRecord = z.output<typeof panelRecord>;

const memberIds = z.array(id).min(1, 'A panel without members answers nobody. Name at least one.').max(1000);

export const listOwnPanels = request('access', 'list-own-panels', {
  summary: "The panels of the caller's organisation, closed ones included, without their members.",
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({}),
  reply: z.strictObject({
    panels: z.array(
      panelRecord.omit({ members: true, offers: true, terms: true }).extend({ memberCount: z.int() }),
    ),
  }),
});

export const getOwnPanel = request('access', 'get-own-panel', {
  summary: "A panel of the caller's organisation, with its members and whom it was offered to.",
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({ panelId: id }),
  reply: panelRecord,
});

export const createPanel = request('access', 'create-panel', {
  summary: "Opens a panel of the caller's organisation. Its lead is always one of its members.",
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({
    commandId,
    name: line(200),
    specialty: line(100),
    phone: line(40),
    leadMemberId: id,
    memberIds,
    openTo: panelOpenTo.default('own-organisation'),
    terms: panelTerms.optional(),
  }),
  reply: panelRecord,
});

export const changePanel = request('access', 'change-panel', {
  summary:
    'Changes a panel; what is absent stays. One that was being prepared takes cases once it has a lead, a specialty and a phone number.',
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({
    panelId: id,
    name: line(200).optional(),
    specialty: line(100).optional(),
    phone: line(40).optional(),
    leadMemberId: id.optional().describe('One of its members.'),
    openTo: panelOpenTo.optional(),
    terms: panelTerms.optional(),
    expectedVersion: z.int().optional(),
  }),
  reply: panelRecord,
});

export const addPanelMembers = request('access', 'add-panel-members', {
  summary: "Adds members of the caller's organisation to a panel; who is in it already stays.",
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({ panelId: id, memberIds }),
  reply: panelRecord,
});

export const removePanelMember = request('access', 'remove-panel-member', {
  summary: 'Takes a member out of a panel: what only the panel gave them is gone from the reply on.',
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({
    panelId: id,
    memberId: id,
    replaceLeadBy: id.optional().describe('Leads the panel from now on, if they led it.'),
  }),
  reply: panelRecord,
});

export const closePanel = request('access', 'close-panel', {
  summary: 'Closes a panel for good: it takes no cases, and nobody sees or answers cases by it.',
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({ panelId: id }),
  reply: panelRecord,
});

export const offerPanel = request('access', 'offer-panel', {
  summary: 'Offers a panel to another organisation, whose members may send to it once it has accepted.',
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({ panelId: id, odsCode, expiresAt: instant.optional() }),
  reply: panelRecord,
});

export const withdrawPanelOffer = request('access', 'withdraw-panel-offer', {
  summary: 'Takes an offer back, accepted or not: that organisation sends nothing new to the panel.',
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({ panelId: id, organisationId: id }),
  reply: panelRecord,
});

const offerToUs = z.strictObject({
  panelId: id,
  name: z.string(),
  specialty: z.string(),
  organisation: z.string(),
  odsCode,
  status: offerStatus,
  offeredAt: instant,
  expiresAt: instant.nullable(),
});

export const listPanelOffers = request('access', 'list-panel-offers', {
  summary: "Panels that other organisations have offered to the caller's.",
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({}),
  reply: z.strictObject({ offers: z.array(offerToUs) }),
});

export const answerPanelOffer = request('access', 'answer-panel-offer', {
  summary: 'Accepts or declines a panel that was offered; either can be changed while the offer stands.',
  from: ['gateway'],
  who: panelsDoor,
  request: z.strictObject({ panelId: id, answer: z.enum(['accepted', 'declined']) }),
  reply: offerToUs,
});
