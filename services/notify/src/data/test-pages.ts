import type { ReplyOf, testPages } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';

export interface TestPage {
  readonly pageId: string;
  readonly panelId: string;
  readonly memberId: string;
  readonly at: Date;
  readonly acknowledgedAt: Date | null;
}

const columns = `id as "pageId", panel_id as "panelId", member_id as "memberId", at, acknowledged_at as "acknowledgedAt"`;

const insert = statement<never>(
  'insert-test-page',
  'insert into test_page (id, organisation_id, panel_id, member_id, at) values ($1, $2, $3, $4, $5)',
);

/** Keeps a page that is sent as a test. */
export function insertTestPage(
  tx: Transaction,
  page: Omit<TestPage, 'acknowledgedAt'> & { readonly organisationId: string },
): void {
  tx.later(insert, [page.pageId, page.organisationId, page.panelId, page.memberId, page.at]);
}

const acknowledge = statement<TestPage>(
  'acknowledge-test-page',
  `update test_page set acknowledged_at = coalesce(acknowledged_at, $3) where id = $1 and member_id = $2 returning ${columns}`,
);

/** Marks a member's page as arrived; the first time stands. Undefined when it is not theirs, or there is none. */
export async function markAcknowledged(
  db: Queryable,
  pageId: string,
  memberId: string,
  at: Date,
): Promise<TestPage | undefined> {
  const [page] = await db.run(acknowledge, [pageId, memberId, at]);
  return page;
}

const latest = statement<TestPage>(
  'latest-test-pages',
  `select ${columns} from test_page where organisation_id = $1 order by at desc, id desc limit 20`,
);

/** The latest pages an organisation sent as a test. */
export const latestTestPages = (db: Queryable, organisationId: string): Promise<TestPage[]> =>
  db.run(latest, [organisationId]);

/** As the contracts say it. */
export const toReply = (page: TestPage): ReplyOf<typeof testPages>['pages'][number] => ({
  ...page,
  at: page.at.toISOString(),
  acknowledgedAt: page.acknowledgedAt?.toISOString() ?? null,
});
