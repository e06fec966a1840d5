import type { RedFlagAnswers, Template, TemplateAnswers } from '@definitivedx/contracts';
import { asking, statement, type Asked, type Queryable, type Transaction } from '@definitivedx/db';

/** A template as it is kept. */
export interface TemplateRow extends Omit<Template, 'publishedAt'> {
  readonly publishedAt: Date;
}

/** What is kept with a case of how a template was answered. */
export interface AnsweredTemplate extends TemplateAnswers {
  readonly panelId: string;
  readonly redFlags: RedFlagAnswers;
}

const columns = `panel_id as "panelId", version, fields, red_flags as "redFlags", published_by as "publishedBy",
  published_at as "publishedAt"`;

const current = statement<TemplateRow>(
  'template-current',
  `select ${columns} from template where panel_id = $1 order by version desc limit 1`,
);

/** Looks the current template of a panel up; nothing for one that has none, or for no panel. */
export const lookingUpTemplate = (panelId: string | null): Asked<TemplateRow> => asking(current, [panelId]);

const byVersion = statement<TemplateRow>(
  'template-of-version',
  `select ${columns} from template where panel_id = $1 and version = $2`,
);

/** A template of a panel, the current one when no version is given; undefined when there is none. */
export async function findTemplate(
  db: Queryable,
  panelId: string,
  version?: number,
): Promise<TemplateRow | undefined> {
  const asked = version === undefined ? lookingUpTemplate(panelId) : asking(byVersion, [panelId, version]);
  const [[found]] = await db.runAll(asked);
  return found;
}

const hold = statement<never>(
  'template-hold',
  `select pg_advisory_xact_lock(hashtextextended('template ' || $1::text, 0))`,
);

const publish = statement<TemplateRow>(
  'template-publish',
  `insert into template (panel_id, version, fields, red_flags, published_by, published_at)
   select $1::uuid, $2::integer, $3::json, $4::jsonb, $5::uuid, $6::timestamptz
    where not exists (
      select from template
       where panel_id = $1::uuid and version = $2::integer - 1 and fields::text = $3::json::text and red_flags = $4::jsonb)
   returning ${columns}`,
);

/** The current template of a panel, held still until the transaction ends; undefined while it has none. */
export async function heldTemplate(tx: Transaction, panelId: string): Promise<TemplateRow | undefined> {
  await tx.run(hold, [panelId]);
  return findTemplate(tx, panelId);
}

/** Adds a version to the templates of a panel, unless it would say the same as the one before. */
export async function insertTemplate(
  tx: Transaction,
  template: TemplateRow,
): Promise<TemplateRow | undefined> {
  const { panelId, version, fields, redFlags, publishedBy, publishedAt } = template;
  const kept = [JSON.stringify(fields), JSON.stringify(redFlags)];
  const [row] = await tx.run(publish, [panelId, version, ...kept, publishedBy, publishedAt]);
  return row;
}
