import { asking, statement, type Asked, type Queryable } from '@definitivedx/db';

export interface PanelSpecialist {
  readonly panelId: string;
  readonly memberId: string;
}

const specialists = statement<PanelSpecialist>(
  'access.specialists-of-case',
  `select panel_id as "panelId", member_id as "memberId"
     from (
       select g.given_order, pm.panel_id, pm.member_id,
              row_number() over (partition by pm.panel_id order by pm.member_id) as place
         from access_grant g
         join panel p on p.id = g.panel_id and p.status = 'active'
         join panel_member pm on pm.panel_id = p.id
         join acting a on a.member_id = pm.member_id and a.organisation_id = pm.organisation_id
              and 'specialist' = any (a.roles)
        where g.case_id = $1 and g.revoked_at is null and (g.expires_at is null or g.expires_at > $2::timestamptz)
     ) as one
    where place <= 20 or member_id = any ($3::uuid[])
    group by panel_id, member_id order by min(given_order), member_id`,
);

/** Active specialists of the panels that a case is open to: some of each, and all who are asked about. */
export const specialistsOfCase = (
  caseId: string,
  now: Date,
  memberIds: readonly string[],
): Asked<PanelSpecialist> => asking(specialists, [caseId, now, memberIds]);

const activePanels = statement<{ panelId: string }>(
  'access.active-panels',
  `select id as "panelId" from panel where id = any ($1::uuid[]) and status = 'active'`,
);

/** Those of the panels that take part in cases now. */
export const activeOf = async (db: Queryable, panelIds: readonly string[]): Promise<ReadonlySet<string>> =>
  panelIds.length === 0
    ? new Set()
    : new Set((await db.run(activePanels, [panelIds])).map(({ panelId }) => panelId));

export interface AskingSide {
  readonly requesterId: string | null;
  readonly cover: string[];
  readonly administrators: string[];
}

const side = statement<AskingSide>(
  'access.asking-side',
  `select (select c.requester_id from case_ref c
             join acting a on a.member_id = c.requester_id and a.organisation_id = c.organisation_id
            where c.case_id = $1) as "requesterId",
          array(select d.member_id from organisation_duty d
                  join acting a on a.member_id = d.member_id and a.organisation_id = d.organisation_id
                 where d.organisation_id = practice.id and d.duty = 'cover'
                 order by d.member_id) as cover,
          array(select a.member_id from acting a
                 where a.organisation_id = practice.id and 'organisation-admin' = any (a.roles)
                 order by a.member_id limit 100) as administrators
     from (select coalesce($2::uuid, (select organisation_id from case_ref where case_id = $1)) as id) as practice`,
);

/** Who acts for the practice of a case, or for a practice. */
export async function askingSideOf(
  db: Queryable,
  of: { readonly caseId: string } | { readonly organisationId: string },
): Promise<AskingSide> {
  const [caseId, organisationId] = 'caseId' in of ? [of.caseId, null] : [null, of.organisationId];
  const [row] = await db.run(side, [caseId, organisationId]);
  return row ?? { requesterId: null, cover: [], administrators: [] };
}
