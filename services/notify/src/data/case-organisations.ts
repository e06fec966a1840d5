import { statement, type Transaction } from '@definitivedx/db';

const insert = statement(
  'note-case-organisations',
  `insert into case_organisation (case_id, grant_id, organisation_id)
   select $1, t.grant_id, t.organisation_id from unnest($2::uuid[], $3::uuid[]) as t (grant_id, organisation_id)
   on conflict (case_id, grant_id) do nothing`,
);

/** Notes organisations that a case concerns, each by the grant to its panel; the practice by the case's own id. */
export function noteConcerned(
  tx: Transaction,
  caseId: string,
  concerned: readonly { grantId: string; organisationId: string }[],
): void {
  const grantIds = concerned.map(({ grantId }) => grantId);
  tx.later(insert, [caseId, grantIds, concerned.map(({ organisationId }) => organisationId)]);
}

const remove = statement<{ organisationId: string }>(
  'forget-case-organisation',
  `delete from case_organisation where case_id = $1 and grant_id = $2 returning organisation_id as "organisationId"`,
);

/** Forgets what a grant brought. */
export function forgetConcerned(tx: Transaction, caseId: string, grantId: string): void {
  tx.later(remove, [caseId, grantId]);
}

const lost = statement<{ organisationId: string }>(
  'organisation-that-loses-a-case',
  `select c.organisation_id as "organisationId" from case_organisation c
    where c.case_id = $1 and c.grant_id = $2
      and not exists (
        select 1 from case_organisation o
         where o.case_id = c.case_id and o.organisation_id = c.organisation_id and o.grant_id <> c.grant_id)`,
);

/** The organisation that a case concerns through this grant alone. */
export async function concernedOnlyBy(
  tx: Transaction,
  caseId: string,
  grantId: string,
): Promise<string | undefined> {
  const [row] = await tx.run(lost, [caseId, grantId]);
  return row?.organisationId;
}
