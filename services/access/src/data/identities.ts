import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { IssuerProfile, Role } from '@definitivedx/contracts';

/** One organisation a person may act as; `odsCode` and the rest are null for a person who belongs to none. */
export interface IdentityRow {
  readonly memberId: string;
  readonly name: string;
  readonly status: 'active' | 'disabled';
  readonly profile: IssuerProfile;
  readonly organisationId: string | null;
  readonly organisation: string | null;
  readonly odsCode: string | null;
  readonly roles: Role[] | null;
  /** What the issuer's organisation claim says for it; null when the organisation has not registered the issuer. */
  readonly claimValue: string | null;
}

const byIdentity = statement<IdentityRow>(
  'access.by-identity',
  `select m.id as "memberId", m.name, m.status, s.profile,
          o.id as "organisationId", o.name as organisation, o.ods_code as "odsCode", ms.roles,
          os.claim_value as "claimValue"
     from identity i
     join member m on m.id = i.member_id
     join issuer s on s.issuer = i.issuer
     left join acting ms on ms.member_id = m.id
     left join organisation o on o.id = ms.organisation_id
     left join organisation_issuer os on os.organisation_id = o.id and os.issuer = i.issuer
    where i.issuer = $1 and i.subject = $2
    order by ms.position, o.ods_code`,
);

/** The person behind a sign-in identity, one row per organisation in the order registered; empty when unknown. */
export const identityRows = (db: Queryable, issuer: string, subject: string): Promise<IdentityRow[]> =>
  db.run(byIdentity, [issuer, subject]);

const take = statement<{ memberId: string }>(
  'access.take-invitation',
  `with taken as (delete from identity_invitation where issuer = $1 and email = lower($3) returning member_id)
   insert into identity (issuer, subject, member_id, linked_at)
   select $1, $2, member_id, $4 from taken
       on conflict do nothing
   returning member_id as "memberId"`,
);

/** Lets an identity stand for the member who was invited by the mail address; nothing when nobody was. */
export async function takeInvitation(
  tx: Transaction,
  identity: { issuer: string; subject: string; email: string },
  now: Date,
): Promise<string | undefined> {
  const [taken] = await tx.run(take, [identity.issuer, identity.subject, identity.email, now]);
  return taken?.memberId;
}

const invite = statement<never>(
  'access.invite-identity',
  `insert into identity_invitation (issuer, email, member_id) values ($1, lower($2), $3)
       on conflict (issuer, email) do update set member_id = excluded.member_id`,
);

/** The first sign-in with the issuer by this mail address will be the member's. */
export const inviteIdentity = (tx: Transaction, issuer: string, email: string, memberId: string): void =>
  tx.later(invite, [issuer, email, memberId]);

interface Owner {
  readonly memberId: string;
  readonly status: 'active' | 'disabled';
}

const owner = statement<Owner>(
  'access.identity-owner',
  `select i.member_id as "memberId", m.status
     from identity i join member m on m.id = i.member_id
    where i.issuer = $1 and i.subject = $2
      for update`,
);

/** Whom an identity stands for, locked. */
export async function identityOwner(
  tx: Transaction,
  issuer: string,
  subject: string,
): Promise<Owner | undefined> {
  const [found] = await tx.run(owner, [issuer, subject]);
  return found;
}

const keep = statement<never>(
  'access.keep-identity',
  `insert into identity (issuer, subject, member_id, linked_at) values ($1, $2, $3, $4)
       on conflict (issuer, subject) do update set member_id = excluded.member_id, linked_at = excluded.linked_at`,
);

/** Lets the identity stand for the member, whomever it stood for. */
export const keepIdentity = (
  tx: Transaction,
  identity: { issuer: string; subject: string },
  memberId: string,
  at: Date,
): void => tx.later(keep, [identity.issuer, identity.subject, memberId, at]);

const mine = statement<{ issuer: string; linkedAt: Date | null }>(
  'access.my-identities',
  'select issuer, linked_at as "linkedAt" from identity where member_id = $1 order by linked_at nulls first, issuer',
);

/** The identities that stand for a member, the first one first. */
export const identitiesOf = (
  db: Queryable,
  memberId: string,
): Promise<{ issuer: string; linkedAt: Date | null }[]> => db.run(mine, [memberId]);

const history = statement<{ one: number }>(
  'access.has-history',
  `select 1 as one where
        exists (select from case_ref where requester_id = $1)
     or exists (select from access_grant where member_id = $1 or given_by = $1 or revoked_by = $1)
     or exists (select from panel_member where member_id = $1)
     or exists (select from organisation_duty where member_id = $1)
     or exists (select from governance_opening where member_id = $1)
     or exists (select from audit where actor_id = $1 and case_id is not null)`,
);

/** Whether a member ever had to do with a case, or is in a panel or has a duty: what is kept under their id could not be moved. */
export async function hasHistory(tx: Transaction, memberId: string): Promise<boolean> {
  return (await tx.run(history, [memberId])).length > 0;
}

const shared = statement<{ odsCode: string }>(
  'access.shared-places',
  `select o.ods_code as "odsCode"
     from membership a
     join membership b on b.organisation_id = a.organisation_id
     join organisation o on o.id = a.organisation_id
    where a.member_id = $1 and b.member_id = $2
    limit 1`,
);

/** An organisation in which both members have, or had, a place. */
export async function placeOfBoth(tx: Transaction, one: string, other: string): Promise<string | undefined> {
  const [found] = await tx.run(shared, [one, other]);
  return found?.odsCode;
}

const movePlaces = statement<never>(
  'access.move-places',
  `update membership
      set member_id = $2,
          position = position + 1 + (select coalesce(max(position), 0) from membership where member_id = $2)
    where member_id = $1`,
);
const moveIdentities = statement<never>(
  'access.move-identities',
  'update identity set member_id = $2, linked_at = $3 where member_id = $1',
);
const moveInvitations = statement<never>(
  'access.move-invitations',
  'update identity_invitation set member_id = $2 where member_id = $1',
);
const disable = statement<never>(
  'access.disable-merged',
  // Nothing leads from here to the person any more, so that nothing could find these words when they are erased.
  `update member set status = 'disabled', name = 'Merged account', email = id || '@merged.invalid' where id = $1`,
);

/** Gives all of an empty member's places and identities to another, and disables what is left of it. */
export function mergeInto(tx: Transaction, emptyId: string, memberId: string, at: Date): void {
  tx.later(movePlaces, [emptyId, memberId]);
  tx.later(moveIdentities, [emptyId, memberId, at]);
  tx.later(moveInvitations, [emptyId, memberId]);
  tx.later(disable, [emptyId]);
}
