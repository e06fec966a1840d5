import { statement, type Queryable } from '@definitivedx/db';
import type { Role } from '@definitivedx/contracts';

/** One organisation a person may act as; `odsCode` and the rest are null for a person who belongs to none. */
export interface IdentityRow {
  readonly memberId: string;
  readonly name: string;
  readonly status: 'active' | 'disabled';
  readonly organisationId: string | null;
  readonly organisation: string | null;
  readonly odsCode: string | null;
  readonly roles: Role[] | null;
}

const byIdentity = statement<IdentityRow>(
  'access.by-identity',
  `select m.id as "memberId", m.name, m.status,
          o.id as "organisationId", o.name as organisation, o.ods_code as "odsCode", ms.roles
     from identity i
     join member m on m.id = i.member_id
     left join acting ms on ms.member_id = m.id
     left join organisation o on o.id = ms.organisation_id
    where i.issuer = $1 and i.subject = $2
    order by ms.position`,
);

/** The person behind a sign-in identity, one row per organisation in the order registered; empty when unknown. */
export const identityRows = (db: Queryable, issuer: string, subject: string): Promise<IdentityRow[]> =>
  db.run(byIdentity, [issuer, subject]);
