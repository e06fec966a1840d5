import type { Role } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { inOrganisation } from './import-lines.js';

const administered = statement<{ odsCode: string }>(
  'access.lock-administered',
  `select o.ods_code as "odsCode" from organisation o
    where o.id = $1 and o.status = 'active'
      and ($2::uuid is null or exists (
            select from acting a
             where a.member_id = $2 and a.organisation_id = $1 and 'organisation-admin' = any (a.roles)))
      for no key update of o`,
);

/**
 * Locks an organisation so that its members and panels change one act at a time, if who asks still administers it.
 * @param memberId the administrator; null for a program, whose token says it all.
 */
export async function lockAdministered(
  tx: Transaction,
  organisationId: string,
  memberId: string | null,
): Promise<{ odsCode: string } | undefined> {
  const [found] = await tx.run(administered, [organisationId, memberId]);
  return found;
}

const administers = statement<{ one: number }>(
  'access.administered-by',
  `select 1 as one from organisation o
    where o.id = $1 and o.status = 'active'
      and ($2::uuid is null or exists (
            select from acting a
             where a.member_id = $2 and a.organisation_id = $1 and 'organisation-admin' = any (a.roles)))`,
);

/** The same without a lock, for reads. */
export async function isAdministered(
  db: Queryable,
  organisationId: string,
  memberId: string | null,
): Promise<boolean> {
  return (await db.run(administers, [organisationId, memberId])).length > 0;
}

/** What changing a person's place needs to know of them. */
export interface PlaceRow {
  readonly roles: Role[];
  readonly status: 'active' | 'ended';
  readonly removed: boolean;
  readonly version: number;
}

const place = statement<PlaceRow>(
  'access.lock-place',
  `select roles, status, removed_at is not null as removed, version
     from membership where organisation_id = $1 and member_id = $2 for update`,
);

/** A person's place in the organisation, locked. */
export async function lockPlace(
  tx: Transaction,
  organisationId: string,
  memberId: string,
): Promise<PlaceRow | undefined> {
  const [row] = await tx.run(place, [organisationId, memberId]);
  return row;
}

const elsewhere = statement<{ ever: boolean; now: boolean }>(
  'access.places-elsewhere',
  `select exists (select from membership where member_id = $1 and (organisation_id <> $2 or 'operator' = any (roles))) as ever,
          exists (select from acting where member_id = $1 and organisation_id <> $2) as now`,
);

/**
 * Whether the person acts for another organisation now, and whether they ever had a place elsewhere or run the platform:
 * then how they sign in is not this organisation's to say.
 */
export async function placesElsewhere(
  tx: Transaction,
  organisationId: string,
  memberId: string,
): Promise<{ ever: boolean; now: boolean }> {
  const [row] = await tx.run(elsewhere, [memberId, organisationId]);
  return row ?? { ever: false, now: false };
}

const nameTaken = statement<{ one: number }>(
  'access.user-name-taken',
  `select 1 as one from membership ms
    where lower(coalesce(user_name, member_id::text)) = lower($2) and ${inOrganisation('ms', '$1')}
      and removed_at is null and member_id <> $3`,
);

/** True when somebody else in the organisation goes by that name. */
export async function userNameTaken(
  tx: Transaction,
  organisationId: string,
  userName: string,
  memberId: string,
): Promise<boolean> {
  return (await tx.run(nameTaken, [organisationId, userName, memberId])).length > 0;
}

const insertMember = statement<never>(
  'access.insert-member',
  'insert into member (id, name, email) values ($1, $2, $3)',
);

/** A new account. */
export const insertAccount = (
  tx: Transaction,
  account: { memberId: string; name: string; email: string },
): void => {
  tx.later(insertMember, [account.memberId, account.name, account.email]);
};

const updateMember = statement<never>(
  'access.update-member',
  'update member set name = $2, email = $3 where id = $1 and (name, email) is distinct from ($2, $3)',
);

/** What everybody calls the person, and where they are written to. */
export const updateAccount = (
  tx: Transaction,
  account: { memberId: string; name: string; email: string },
): void => {
  tx.later(updateMember, [account.memberId, account.name, account.email]);
};

const holder = statement<{ memberId: string }>(
  'access.identity-holder',
  'select member_id as "memberId" from identity where issuer = $1 and subject = $2',
);

/** Whose the sign-in identity is. */
export async function identityHolder(
  tx: Transaction,
  issuer: string,
  subject: string,
): Promise<string | undefined> {
  const [row] = await tx.run(holder, [issuer, subject]);
  return row?.memberId;
}

const dropIdentity = statement<never>(
  'access.drop-identity',
  'delete from identity where member_id = $1 and issuer = $2',
);
const insertIdentity = statement<never>(
  'access.insert-identity',
  'insert into identity (issuer, subject, member_id) values ($2, $3, $1)',
);

/** How the person signs in at the issuer from now on; null for not at all. */
export function replaceIdentity(
  tx: Transaction,
  memberId: string,
  issuer: string,
  subject: string | null,
): void {
  tx.later(dropIdentity, [memberId, issuer]);
  if (subject !== null) tx.later(insertIdentity, [memberId, issuer, subject]);
}

/** What an organisation keeps of a person. */
export interface Place {
  readonly memberId: string;
  readonly organisationId: string;
  readonly roles: readonly Role[];
  readonly userName: string | null;
  readonly name: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string;
}

const upsertPlace = statement<never>(
  'access.keep-place',
  `insert into membership (member_id, organisation_id, roles, user_name, name, given_name, family_name, email,
                           created_at, changed_at, position)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9,
           (select coalesce(max(position) + 1, 0) from membership where member_id = $1))
   on conflict (member_id, organisation_id) do update
     set roles = excluded.roles, user_name = excluded.user_name, name = excluded.name,
         given_name = excluded.given_name, family_name = excluded.family_name, email = excluded.email,
         changed_at = excluded.changed_at
     where (membership.roles, membership.user_name, membership.name, membership.given_name, membership.family_name,
            membership.email)
           is distinct from (excluded.roles, excluded.user_name, excluded.name, excluded.given_name,
                             excluded.family_name, excluded.email)`,
);

/** Writes what the organisation keeps of the person; a place that is there keeps its state. */
export function keepPlace(tx: Transaction, place: Place, now: Date): void {
  tx.later(upsertPlace, [
    place.memberId,
    place.organisationId,
    place.roles,
    place.userName,
    place.name,
    place.givenName,
    place.familyName,
    place.email,
    now,
  ]);
}

const setState = statement<never>(
  'access.set-place-state',
  `update membership
      set status = $3, ended_at = case when $3 = 'ended' then coalesce(ended_at, $5::timestamptz) end,
          removed_at = case when $4::boolean then $5::timestamptz end, changed_at = $5
    where organisation_id = $1 and member_id = $2
      and (status <> $3 or (removed_at is not null) <> $4::boolean)`,
);

/** Ends a place, opens it again, or takes it out of the directory. */
export function setPlaceState(
  tx: Transaction,
  { organisationId, memberId }: { readonly organisationId: string; readonly memberId: string },
  state: 'active' | 'ended' | 'removed',
  now: Date,
): void {
  const status = state === 'active' ? 'active' : 'ended';
  tx.later(setState, [organisationId, memberId, status, state === 'removed', now]);
}

const duties = statement<never>(
  'access.drop-duties',
  'delete from organisation_duty where organisation_id = $1 and member_id = $2',
);

/** Takes away what the organisation had somebody cover or govern. */
export const dropDuties = (tx: Transaction, organisationId: string, memberId: string): void => {
  tx.later(duties, [organisationId, memberId]);
};

const account = statement<{ status: 'active' | 'disabled' }>(
  'access.lock-account',
  'select status from member where id = $1 for update',
);
const setStatus = statement<never>('access.set-account', 'update member set status = $2 where id = $1');
const places = statement<{ organisationId: string }>(
  'access.active-places',
  `select organisation_id as "organisationId" from membership where member_id = $1 and status = 'active' order by 1`,
);

/** Locks an account. @returns its state. */
export async function lockAccount(
  tx: Transaction,
  memberId: string,
): Promise<'active' | 'disabled' | undefined> {
  const [row] = await tx.run(account, [memberId]);
  return row?.status;
}

export const setAccountStatus = (tx: Transaction, memberId: string, status: 'active' | 'disabled'): void => {
  tx.later(setStatus, [memberId, status]);
};

/** The organisations in which the person has a place that has not ended. */
export const activePlaces = async (tx: Transaction, memberId: string): Promise<string[]> =>
  (await tx.run(places, [memberId])).map((row) => row.organisationId);
