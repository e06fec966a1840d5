import type { ReplyOf, channelEvidence } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';

type Evidence = ReplyOf<typeof channelEvidence>;
type Delivery = NonNullable<Evidence['delivery']>;
type Page = NonNullable<Evidence['page']>;

const delivery = statement<Omit<Delivery, 'at'> & { at: Date }>(
  'delivery-in-evidence',
  `select d.id as "deliveryId", d.webhook_id as "webhookId", d.type, a.at, a.status, a.code, ok.delivered
     from webhook w
     join webhook_delivery d on d.webhook_id = w.id
     join webhook_attempt a on a.delivery_id = d.id
    cross join lateral (
      select a.outcome = 'delivered' and coalesce(a.status between 200 and 299, false) as delivered) as ok
    where w.organisation_id = $1 and w.status <> 'deleted'
      and d.created_at >= $2 and a.at >= $2 and a.at < $3
    order by ok.delivered desc, case when ok.delivered then a.at end, a.at desc
    limit 1`,
);

const page = statement<Omit<Page, 'at' | 'acknowledgedAt'> & { at: Date; acknowledgedAt: Date | null }>(
  'page-in-evidence',
  `select id as "pageId", panel_id as "panelId", member_id as "memberId", at,
          case when acknowledged_at < $3 then acknowledged_at end as "acknowledgedAt"
     from test_page
    where organisation_id = $1 and at >= $2 and at < $3
    order by case when acknowledged_at < $3 then acknowledged_at end nulls last, at desc
    limit 1`,
);

/** What an organisation's endpoints and on-call showed between two times. */
export async function evidenceBetween(
  db: Queryable,
  organisationId: string,
  since: Date,
  until: Date,
): Promise<Evidence> {
  const values = [organisationId, since, until];
  const [[delivered], [paged]] = await Promise.all([db.run(delivery, values), db.run(page, values)]);
  return {
    delivery: delivered ? { ...delivered, at: delivered.at.toISOString() } : null,
    page: paged
      ? {
          ...paged,
          at: paged.at.toISOString(),
          acknowledgedAt: paged.acknowledgedAt?.toISOString() ?? null,
        }
      : null,
  };
}
