import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { ReplyOf, getOwnPanel, listPanelOffers } from '@definitivedx/contracts';

type Status = ReplyOf<typeof getOwnPanel>['offers'][number]['status'];

/** An offer as the panel's organisation sees it. */
export interface OfferRow {
  readonly organisationId: string;
  readonly organisation: string;
  readonly odsCode: string;
  readonly status: Status;
  readonly offeredAt: Date;
  readonly answeredAt: Date | null;
  readonly expiresAt: Date | null;
}

const ofPanel = statement<OfferRow>(
  'access.offers-of-panel',
  `select o.id as "organisationId", o.name as organisation, o.ods_code as "odsCode", po.status,
          po.offered_at as "offeredAt", po.answered_at as "answeredAt", po.expires_at as "expiresAt"
     from panel_offer po join organisation o on o.id = po.organisation_id
    where po.panel_id = $1 order by o.name, o.id`,
);

/** To whom a panel was offered, and what they said. */
export const offersOfPanel = (db: Queryable, panelId: string): Promise<OfferRow[]> =>
  db.run(ofPanel, [panelId]);

type OfferToUs = ReplyOf<typeof listPanelOffers>['offers'][number];
type OfferToUsRow = Omit<OfferToUs, 'offeredAt' | 'expiresAt'> & { offeredAt: Date; expiresAt: Date | null };

const toUs = statement<OfferToUsRow>(
  'access.offers-to-organisation',
  `select p.id as "panelId", p.name, p.specialty, o.name as organisation, o.ods_code as "odsCode", po.status,
          po.offered_at as "offeredAt", po.expires_at as "expiresAt"
     from panel_offer po
     join panel p on p.id = po.panel_id and p.status = 'active'
     join organisation o on o.id = p.organisation_id and o.status = 'active'
    where po.organisation_id = $1 and po.status <> 'withdrawn' and ($2::uuid is null or p.id = $2)
    order by p.name, p.id`,
);

/** Panels that were offered to an organisation and can be sent to, or could be; one of them when it is named. */
export async function offersTo(
  db: Queryable,
  organisationId: string,
  panelId?: string,
): Promise<OfferToUs[]> {
  const rows = await db.run(toUs, [organisationId, panelId ?? null]);
  return rows.map((row) => ({
    ...row,
    offeredAt: row.offeredAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
  }));
}

const byCode = statement<{ organisationId: string }>(
  'access.active-organisation',
  `select id as "organisationId" from organisation where ods_code = $1 and status = 'active'`,
);

/** The organisation of an ODS code. */
export async function organisationOf(db: Queryable, odsCode: string): Promise<string | undefined> {
  const [row] = await db.run(byCode, [odsCode]);
  return row?.organisationId;
}

const put = statement<never>(
  'access.offer-panel',
  `insert into panel_offer (panel_id, organisation_id, status, offered_at, offered_by, expires_at)
   values ($1, $2, 'offered', $3, $4, $5)
   on conflict (panel_id, organisation_id) do update
     set status = case when panel_offer.status = 'accepted' then 'accepted' else 'offered' end,
         offered_at = excluded.offered_at, offered_by = excluded.offered_by, expires_at = excluded.expires_at`,
);
const withdraw = statement<{ one: number }>(
  'access.withdraw-offer',
  `update panel_offer set status = 'withdrawn' where panel_id = $1 and organisation_id = $2 returning 1 as one`,
);
const answer = statement<never>(
  'access.answer-offer',
  `update panel_offer set status = $3, answered_at = $4, answered_by = $5 where panel_id = $1 and organisation_id = $2`,
);

/** Offers a panel, or again with another end: who had accepted need not do so anew. */
export function keepOffer(
  tx: Transaction,
  offer: { panelId: string; organisationId: string; by: string; expiresAt: Date | null },
  now: Date,
): void {
  tx.later(put, [offer.panelId, offer.organisationId, now, offer.by, offer.expiresAt]);
}

/** @returns false when there is no such offer. */
export async function withdrawOffer(
  tx: Transaction,
  panelId: string,
  organisationId: string,
): Promise<boolean> {
  return (await tx.run(withdraw, [panelId, organisationId])).length > 0;
}

/** What the organisation says to an offer. */
export function answerOffer(
  tx: Transaction,
  offer: { panelId: string; organisationId: string; by: string; answer: 'accepted' | 'declined' },
  now: Date,
): void {
  tx.later(answer, [offer.panelId, offer.organisationId, offer.answer, now, offer.by]);
}
