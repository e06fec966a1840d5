import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  PanelRecord,
  ReplyOf,
  getOwnPanel as getContract,
  listOwnPanels as listContract,
  listPanelOffers as offersContract,
} from '@definitivedx/contracts';
import type { Queryable } from '@definitivedx/db';
import { notFound } from '@definitivedx/errors';
import { administeredBy } from '../commands/administer.js';
import { membersOfPanel, ownPanel, ownPanels } from '../data/own-panels.js';
import { offersOfPanel, offersTo } from '../data/panel-offers.js';

/** A panel as the contracts say it. @throws AppError `not-found` for another organisation's. */
export async function panelRecordOf(
  db: Queryable,
  organisationId: string,
  panelId: string,
): Promise<PanelRecord> {
  const panel = await ownPanel(db, organisationId, panelId);
  if (!panel) throw notFound('panel');
  const { externalId: _e, memberCount: _c, createdAt, changedAt, ...rest } = panel;
  const offers = await offersOfPanel(db, panelId);
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
    members: await membersOfPanel(db, panelId),
    offers: offers.map((offer) => ({
      ...offer,
      offeredAt: offer.offeredAt.toISOString(),
      answeredAt: offer.answeredAt?.toISOString() ?? null,
      expiresAt: offer.expiresAt?.toISOString() ?? null,
    })),
  };
}

/** A panel of the caller's organisation. */
export async function getOwnPanel(
  service: ServiceContext,
  caller: Caller,
  { panelId }: InputOf<typeof getContract>,
): Promise<ReplyOf<typeof getContract>> {
  return panelRecordOf(service.db, await administeredBy(service.db, caller), panelId);
}

/** The panels of the caller's organisation. */
export async function listOwnPanels(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof listContract>> {
  const panels = await ownPanels(service.db, await administeredBy(service.db, caller));
  return {
    panels: panels.map(({ externalId: _e, terms: _t, createdAt, changedAt, ...rest }) => ({
      ...rest,
      createdAt: createdAt.toISOString(),
      changedAt: changedAt.toISOString(),
    })),
  };
}

/** Panels offered to the caller's organisation. */
export async function listPanelOffers(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof offersContract>> {
  return { offers: await offersTo(service.db, await administeredBy(service.db, caller)) };
}
