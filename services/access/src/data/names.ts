import type { InputOf, ReplyOf, namesOf } from '@definitivedx/contracts';
import { asking, statement, type Queryable } from '@definitivedx/db';

type Named = ReplyOf<typeof namesOf>;

const organisationNames = statement<Named['organisations'][number]>(
  'access.names-of-organisations',
  `select o.id as "organisationId", o.ods_code as "odsCode", o.name from organisation o
    where o.id = any ($1::uuid[]) or o.id in (select organisation_id from panel where id = any ($2::uuid[]))
    order by o.id`,
);
const panelNames = statement<Named['panels'][number]>(
  'access.names-of-panels',
  `select id as "panelId", name, specialty, organisation_id as "organisationId" from panel
    where id = any ($1::uuid[]) order by id`,
);
const memberNames = statement<Named['people'][number]>(
  'access.names-of-members',
  'select id as "memberId", name from member where id = any ($1::uuid[]) order by id',
);

/** What organisations, panels and members are called, whatever has become of them, with the panels' organisations. */
export async function namesByIds(
  db: Queryable,
  { organisationIds, panelIds, memberIds }: InputOf<typeof namesOf>,
): Promise<Named> {
  const [organisations, panels, people] = await db.runAll(
    asking(organisationNames, [organisationIds, panelIds]),
    asking(panelNames, [panelIds]),
    asking(memberNames, [memberIds]),
  );
  return { organisations, panels, people };
}
