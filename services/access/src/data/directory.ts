import { forbidden } from '@definitivedx/errors';
import { asking, statement, type Asked, type Queryable } from '@definitivedx/db';
import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import type { ReplyOf, panelsByIds } from '@definitivedx/contracts';

const acting = statement<{ one: number }>(
  'access.acting-member',
  `select 1 as one from acting where member_id = $1 and organisation_id = $2`,
);

/** Whether the caller still has an account and a place in the organisation they act as, for `checkActing`. */
export const lookingUpActing = (caller: MemberCaller): Asked<{ one: number }> =>
  asking(acting, [caller.memberId, caller.organisationId]);

/**
 * Makes sure that the caller still has an account and still belongs to the organisation they act as: a caller token
 * outlives either by a minute or so.
 * @param found what `lookingUpActing` gave
 * @throws AppError `forbidden`
 */
export function checkActing(found: readonly { one: number }[]): void {
  if (found.length === 0) {
    throw forbidden(
      'Your account or your place in this organisation has ended. Please sign in again to see what you have.',
    );
  }
}

/** Both at once. @throws AppError `forbidden` */
export async function assertActing(db: Queryable, caller: MemberCaller): Promise<void> {
  const [found] = await db.runAll(lookingUpActing(caller));
  checkActing(found);
}

/** True of an active panel `p` to which the members of `organisation` may send cases at `now`. */
const takesFrom = (organisation: string, now: string): string => `(
  p.status = 'active' and (
    p.open_to = 'all-organisations'
    or p.organisation_id = ${organisation}::uuid
    or (p.open_to = 'listed-organisations' and exists (
          select from panel_offer po
           where po.panel_id = p.id and po.organisation_id = ${organisation}::uuid and po.status = 'accepted'
             and (po.expires_at is null or po.expires_at > ${now}::timestamptz)))))`;
const operating = statement<{ one: number }>(
  'access.acting-operator',
  `select 1 as one from acting where member_id = $1 and organisation_id = $2 and 'operator' = any (roles)`,
);

/** Makes sure that the caller runs the platform, now: as a member with that role, or with the operator's tool. @throws AppError `forbidden` */
export async function assertOperator(db: Queryable, caller: Caller): Promise<void> {
  if (caller.kind === 'service' && caller.service === 'operator') return;
  const { memberId, organisationId } = asMember(caller);
  const found = await db.run(operating, [memberId, organisationId]);
  if (found.length === 0) throw forbidden('Only those who run the platform can do this.');
}

const active = statement<{ id: string }>(
  'access.principals-to-share-with',
  `select distinct member_id as id from acting where member_id = any ($1::uuid[])
   union all
   select p.id from panel p where p.id = any ($2::uuid[]) and ${takesFrom('$3', '$4')}`,
);

/** Which of these members exist and are active, and which of these panels take cases from the organisation. */
export const principalsToShareWith = (
  memberIds: readonly string[],
  panelIds: readonly string[],
  organisationId: string,
  now: Date,
): Asked<{ id: string }> => asking(active, [memberIds, panelIds, organisationId, now]);

const principals = statement<{ id: string }>(
  'access.caller-principals',
  `with person as (
     select member_id, organisation_id from acting where member_id = $1 and organisation_id = $2
   )
   select member_id as id from person
   union all
   select organisation_duty.organisation_id from person
     join organisation_duty on organisation_duty.member_id = person.member_id
      and organisation_duty.organisation_id = person.organisation_id and duty = 'cover'
   union all
   select p.id from person
     join panel_member pm on pm.member_id = person.member_id and pm.organisation_id = person.organisation_id
     join panel p on p.id = pm.panel_id and p.status = 'active'`,
);

/** The member, their active panels and, of who covers it, their practice; nothing for who has no active account. */
export async function principalsOf(db: Queryable, caller: MemberCaller): Promise<string[]> {
  const rows = await db.run(principals, [caller.memberId, caller.organisationId]);
  return rows.map((row) => row.id);
}

export interface PanelRow {
  readonly panelId: string;
  readonly name: string;
  readonly specialty: string;
  readonly phone: string;
  readonly organisation: string;
}

const panels = statement<PanelRow>(
  'access.list-panels',
  `select p.id as "panelId", p.name, p.specialty, p.phone, o.name as organisation
     from panel p join organisation o on o.id = p.organisation_id
    where ${takesFrom('$1', '$2')}
    order by p.name, o.name, p.id`,
);

/** The panels that take cases from the organisation, by name. */
export const panelsTakingFrom = (db: Queryable, organisationId: string, now: Date): Promise<PanelRow[]> =>
  db.run(panels, [organisationId, now]);

type PanelDetail = ReplyOf<typeof panelsByIds>['panels'][number];

const byId = statement<PanelDetail>(
  'access.panels-by-id',
  `select p.id as "panelId", p.name, p.organisation_id as "organisationId", p.lead_member_id as "leadMemberId",
          p.phone, o.calendar, p.terms
     from panel p join organisation o on o.id = p.organisation_id
    where p.id = any ($1::uuid[]) and p.status = 'active'
    order by p.id`,
);

/** Those of the panels that are active, with when and how soon they answer. */
export const panelsById = (panelIds: readonly string[]): Asked<PanelDetail> => asking(byId, [panelIds]);

export interface FoundMember {
  readonly memberId: string;
  readonly name: string;
  readonly organisation: string;
}

const byPrefix = statement<FoundMember>(
  'access.find-members',
  `select m.id as "memberId", m.name, string_agg(o.name, ', ' order by ms.position) as organisation
     from member m
     join acting ms on ms.member_id = m.id
     join organisation o on o.id = ms.organisation_id
    where m.status = 'active' and lower(m.name) like lower($1) and m.id <> $2
    group by m.id, m.name
    order by lower(m.name), m.id
    limit $3`,
);

/** Active members, other than the caller, whose name matches the LIKE pattern in any case of letters. */
export const membersByName = (
  db: Queryable,
  pattern: string,
  exceptId: string,
  limit: number,
): Promise<FoundMember[]> => db.run(byPrefix, [pattern, exceptId, limit]);

export interface Contact {
  readonly memberId: string;
  readonly name: string;
  readonly email: string;
}

const contacts = statement<Contact>(
  'access.member-contacts',
  `select id as "memberId", name, email from member where id = any ($1::uuid[]) and status = 'active'`,
);

/** Where to reach those of the members who are active. */
export const contactsOf = (db: Queryable, memberIds: readonly string[]): Promise<Contact[]> =>
  db.run(contacts, [memberIds]);

const names = statement<{ memberId: string; name: string }>(
  'access.member-names',
  `select id as "memberId", name from member where id = any ($1::uuid[]) and status = 'active'`,
);

/** What those of the members who are active are called. */
export const lookingUpNames = (memberIds: readonly string[]): Asked<{ memberId: string; name: string }> =>
  asking(names, [memberIds]);
