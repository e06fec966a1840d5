import { statement, type Queryable } from '@definitivedx/db';

/** An organisation that a case concerns, and why. */
export interface ConcernedOrganisation {
  readonly organisationId: string;
  /** It is the practice that asked. */
  readonly practice: boolean;
  /** Its panels that the case is open to. */
  readonly panelIds: string[];
}

const select = statement<ConcernedOrganisation>(
  'access.case-organisations',
  `select o.id as "organisationId", bool_or(t.panel_id is null) as practice,
          array_remove(array_agg(distinct t.panel_id), null) as "panelIds"
     from (
       select organisation_id, null::uuid as panel_id from case_ref where case_id = $1
       union all
       select p.organisation_id, p.id
         from access_grant g
         join panel p on p.id = g.principal_id and p.status = 'active'
        where g.case_id = $1 and g.principal_kind = 'panel' and g.revoked_at is null
          and (g.expires_at is null or g.expires_at > $2::timestamptz)
     ) as t
     join organisation o on o.id = t.organisation_id and o.status = 'active'
    group by o.id order by o.id`,
);

/** The organisations that a case concerns at `now`. */
export const organisationsOfCase = (
  db: Queryable,
  caseId: string,
  now: Date,
): Promise<ConcernedOrganisation[]> => db.run(select, [caseId, now]);
