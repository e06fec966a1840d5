import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Words } from './erasing.js';

interface HeldHere {
  readonly leads: string[];
  readonly lastAdministratorOf: string[];
  readonly pendingApplications: string[];
  readonly importUnderWay: boolean;
}

const here = statement<HeldHere>(
  'access.held-by-member',
  `select array(select name from panel where lead_member_id = $1 and status = 'active' order by name) as leads,
          array(select o.name from acting a join organisation o on o.id = a.organisation_id
                 where a.member_id = $1 and 'organisation-admin' = any (a.roles)
                   and not exists (
                     select from acting b
                      where b.organisation_id = a.organisation_id and b.member_id <> $1
                        and 'organisation-admin' = any (b.roles)
                        and exists (select from identity i where i.member_id = b.member_id))
                 order by o.name) as "lastAdministratorOf",
          array(select reference from application ap
                 where ap.status = 'pending'
                   and exists (select from unnest($2::text[]) e where strpos(lower(ap.form::text), e) > 0)
                 order by reference) as "pendingApplications",
          exists (select from member_import_line l join member_import mi on mi.id = l.import_id and mi.ended_at is null
                   where l.member_id = $1 or l.subject = any ($3::text[]) or lower(l.email) = any ($2::text[]))
            as "importUnderWay"`,
);

/** What a member holds in this service that somebody else has to have first. */
export async function heldHere(
  tx: Transaction,
  memberId: string,
  { emails, subjects }: Words,
): Promise<HeldHere> {
  const [held] = await tx.run(here, [memberId, emails, subjects]);
  return held ?? { leads: [], lastAdministratorOf: [], pendingApplications: [], importUnderWay: false };
}

const names = statement<{ name: string }>(
  'access.panel-names',
  'select name from panel where id = any ($1::uuid[]) order by name',
);
const covered = statement<{ organisationId: string }>(
  'access.covered-without',
  `select distinct d.organisation_id as "organisationId"
     from organisation_duty d
     join acting a on a.member_id = d.member_id and a.organisation_id = d.organisation_id
    where d.duty = 'cover' and d.member_id <> $1 and d.organisation_id = any ($2::uuid[])`,
);

/** What panels are called. */
export const panelNames = async (db: Queryable, panelIds: readonly string[]): Promise<string[]> =>
  (await db.run(names, [panelIds])).map(({ name }) => name);

/** Those of the practices where somebody other than the member covers. */
export const coveredWithout = async (
  db: Queryable,
  memberId: string,
  organisationIds: readonly string[],
): Promise<Set<string>> =>
  new Set((await db.run(covered, [memberId, organisationIds])).map((row) => row.organisationId));
