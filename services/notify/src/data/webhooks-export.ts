import type { ExportLine } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';

const lines = statement<{ line: ExportLine }>(
  'export-webhooks',
  `select jsonb_build_object('type', 'webhook', 'webhookId', w.id, 'url', w.url, 'description', w.description,
     'eventTypes', w.event_types, 'status', w.status, 'disabledReason', w.disabled_reason,
     'disabledAt', w.disabled_at, 'createdAt', w.created_at) as line
     from webhook w
    where w.organisation_id = $1 and ($2::uuid is null or w.id > $2::uuid)
    order by w.id limit $3`,
);

/** An organisation's endpoints, those that are gone among them, without their secrets. */
export const webhookLines = async (
  db: Queryable,
  organisationId: string,
  after: string | undefined,
  limit: number,
): Promise<ExportLine[]> =>
  (await db.run(lines, [organisationId, after ?? null, limit])).map(({ line }) => line);
