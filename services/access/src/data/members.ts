import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Role } from '@definitivedx/contracts';

/** A member as one organisation sees them: its own name for them, where it has one. */
export interface MemberRow {
  readonly memberId: string;
  readonly userName: string;
  readonly name: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string;
  readonly roles: Role[];
  readonly status: 'active' | 'ended';
  readonly removed: boolean;
  readonly accountDisabled: boolean;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly panels: { panelId: string; name: string; leads: boolean }[];
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly version: number;
}

/** Columns of a MemberRow, of `ms`, `m` and `i`. */
const ofMember = `m.id as "memberId", coalesce(ms.user_name, m.id::text) as "userName",
  coalesce(ms.name, m.name) as name, ms.given_name as "givenName", ms.family_name as "familyName",
  coalesce(ms.email, m.email) as email, ms.roles, ms.status, ms.removed_at is not null as removed,
  m.status = 'disabled' as "accountDisabled", i.issuer, i.subject,
  ms.created_at as "createdAt", ms.changed_at as "changedAt", ms.version,
  coalesce((select jsonb_agg(jsonb_build_object('panelId', p.id, 'name', p.name, 'leads', p.lead_member_id = m.id)
                             order by p.name)
              from panel_member pm join panel p on p.id = pm.panel_id and p.status <> 'closed'
             where pm.member_id = m.id and pm.organisation_id = ms.organisation_id), '[]') as panels`;

/** Their identity at the issuer $2, else any. A person may have several. */
const withIdentity = `
  join member m on m.id = ms.member_id
  left join lateral (
    select issuer, subject from identity where member_id = m.id order by (issuer = $2) desc nulls last, issuer limit 1
  ) i on true`;

const byId = statement<MemberRow>(
  'access.member-of-organisation',
  `select ${ofMember} from membership ms ${withIdentity}
    where ms.organisation_id = $1 and ms.member_id = $3`,
);

/** A member of the organisation, also one that was removed. */
export async function memberOf(
  db: Queryable,
  organisationId: string,
  issuer: string | undefined,
  memberId: string,
): Promise<MemberRow | undefined> {
  const [row] = await db.run(byId, [organisationId, issuer ?? null, memberId]);
  return row;
}

const page = statement<MemberRow>(
  'access.members-of-organisation',
  `select ${ofMember} from membership ms ${withIdentity}
    where ms.organisation_id = $1 and ms.removed_at is null
      and ($3::text is null or ms.status = $3) and ($4::uuid is null or ms.member_id > $4)
    order by ms.member_id
    limit $5`,
);

/** Members of the organisation after the given one, by id. */
export const membersAfter = (
  db: Queryable,
  organisationId: string,
  issuer: string | undefined,
  asked: { status?: string | undefined; after?: string | undefined; limit: number },
): Promise<MemberRow[]> =>
  db.run(page, [organisationId, issuer ?? null, asked.status ?? null, asked.after ?? null, asked.limit]);

/** Where a filter's conditions are put together from fixed pieces, with whatever a client wrote as parameters. */
export interface Conditions {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** How many parameters `membersWhere` has of its own; a filter's begin after them. */
export const memberParameters = 2;

/** Members of the organisation that meet the conditions, in the order they came, and how many there are. */
export async function membersWhere(
  db: Queryable,
  organisationId: string,
  issuer: string | undefined,
  { text, values }: Conditions,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ total: number; rows: MemberRow[] }> {
  const from = `from membership ms ${withIdentity} where ms.organisation_id = $1 and ms.removed_at is null and (${text})`;
  const parameters = [organisationId, issuer ?? null, ...values];
  // Not named: texts differ by filter, and each name would stay on its connection for ever.
  const counted = await db.run<{ total: number }>(
    { name: '', text: `select count(*)::int as total ${from}` },
    parameters,
  );
  const total = counted[0]?.total ?? 0;
  if (limit === 0 || total <= offset) return { total, rows: [] };
  const at = String(parameters.length + 1);
  const rows = await db.run<MemberRow>(
    {
      name: '',
      text: `select ${ofMember} ${from} order by ms.member_id limit $${at} offset $${String(parameters.length + 2)}`,
    },
    [...parameters, limit, offset],
  );
  return { total, rows };
}

const administrators = statement<{ one: number }>(
  'access.another-administrator',
  `select 1 as one from acting a
    where a.organisation_id = $1 and a.member_id <> $2 and 'organisation-admin' = any (a.roles)
      and exists (select from identity i where i.member_id = a.member_id)
    limit 1`,
);

/** True when somebody else, who can sign in, administers the organisation. */
export async function hasAnotherAdministrator(
  tx: Transaction,
  organisationId: string,
  memberId: string,
): Promise<boolean> {
  return (await tx.run(administrators, [organisationId, memberId])).length > 0;
}

const activeOf = statement<{ memberId: string }>(
  'access.active-of-organisation',
  `select member_id as "memberId" from acting where organisation_id = $1 and member_id = any ($2::uuid[])`,
);

/** Those of the people who may act for the organisation now. */
export async function activeMembersOf(
  db: Queryable,
  organisationId: string,
  memberIds: readonly string[],
): Promise<Set<string>> {
  const rows = await db.run(activeOf, [organisationId, memberIds]);
  return new Set(rows.map((row) => row.memberId));
}

const placedIn = statement<{ memberId: string }>(
  'access.placed-in-organisation',
  `select member_id as "memberId" from membership
    where organisation_id = $1 and member_id = any ($2::uuid[]) and status = 'active'`,
);

/** Those of the people who have a place in the organisation, be their account disabled for now. */
export async function placedMembersOf(
  db: Queryable,
  organisationId: string,
  memberIds: readonly string[],
): Promise<Set<string>> {
  const rows = await db.run(placedIn, [organisationId, memberIds]);
  return new Set(rows.map((row) => row.memberId));
}
