import type { HolidayCalendar, PanelTerms } from '@definitivedx/contracts';
import { defineEntity, p } from '@definitivedx/db';

/** The directory's tables as MikroORM sees them, for registering. Everything read often is a prepared statement. */
export const Organisation = defineEntity({
  name: 'Organisation',
  tableName: 'organisation',
  properties: {
    id: p.uuid().primary(),
    odsCode: p.string().unique(),
    name: p.string(),
    kind: p.string().$type<'trust' | 'practice' | 'icb'>(),
    // Never null; what is not given is left to the database's default, or as it is. So are a panel's terms.
    calendar: p.string().$type<HolidayCalendar>().nullable(),
  },
});

export const Member = defineEntity({
  name: 'Member',
  tableName: 'member',
  properties: { id: p.uuid().primary(), name: p.string(), email: p.string() },
});

export const Identity = defineEntity({
  name: 'Identity',
  tableName: 'identity',
  properties: { issuer: p.string().primary(), subject: p.string().primary(), memberId: p.uuid() },
});

export const Membership = defineEntity({
  name: 'Membership',
  tableName: 'membership',
  properties: {
    memberId: p.uuid().primary(),
    organisationId: p.uuid().primary(),
    roles: p.array(),
    position: p.smallint(),
  },
});

export const Panel = defineEntity({
  name: 'Panel',
  tableName: 'panel',
  properties: {
    id: p.uuid().primary(),
    organisationId: p.uuid(),
    name: p.string(),
    specialty: p.string(),
    phone: p.string(),
    leadMemberId: p.uuid(),
    terms: p.json<PanelTerms>().nullable(),
  },
});

export const PanelMember = defineEntity({
  name: 'PanelMember',
  tableName: 'panel_member',
  properties: { panelId: p.uuid().primary(), organisationId: p.uuid(), memberId: p.uuid().primary() },
});
