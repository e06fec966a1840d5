import { statement, type Queryable, type Transaction } from '@definitivedx/db';

export interface SignInEvidence {
  readonly at: Date;
  readonly memberId: string;
  readonly issuer: string;
  readonly own: boolean;
}

/**
 * An organisation that has registered an issuer at which we are a client has to show that one: the deployment's own,
 * which has no client here, says nothing of its set-up.
 */
const signIn = statement<SignInEvidence>(
  'access.sign-in-in-evidence',
  `with registered as (
     select os.issuer, s.client_id is not null as theirs
       from organisation_issuer os join issuer s on s.issuer = os.issuer
      where os.organisation_id = $1
   ), own as (
     select issuer from registered where theirs or not exists (select from registered where theirs)
   )
   select a.at, a.actor_id as "memberId", a.detail ->> 'issuer' as issuer, own.issuer is not null as own
     from audit a
     left join own on own.issuer = a.detail ->> 'issuer'
    where a.organisation_id = $1 and a.at >= $2 and a.at < $3
      and a.act = 'sign-in' and a.outcome = 'allowed' and a.actor_kind = 'member'
    order by own.issuer is null, case when own.issuer is not null then a.at end, a.at desc, a.id
    limit 1`,
);

/** The first sign-in through an issuer of the organisation's own between two times, else the latest through another. */
export async function signInBetween(
  db: Queryable,
  organisationId: string,
  since: Date,
  until: Date,
): Promise<SignInEvidence | undefined> {
  const [row] = await db.run(signIn, [organisationId, since, until]);
  return row;
}

export interface ScimEvidence {
  readonly memberId: string;
  readonly clientId: string;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
  readonly place: 'active' | 'ended';
  readonly removed: boolean;
}

/** Who they are is in the audit, which only the act itself writes; what became of their place is in the directory. */
const provisioned = statement<ScimEvidence>(
  'access.scim-in-evidence',
  `select a.subject_id as "memberId", a.actor_id as "clientId", a.at as "createdAt", off.at as "disabledAt",
          ms.status as place, ms.removed_at is not null as removed
     from audit a
     join membership ms on ms.organisation_id = a.organisation_id and ms.member_id = a.subject_id
     left join lateral (
       select b.at from audit b
        where b.organisation_id = a.organisation_id and b.subject_id = a.subject_id and b.id > a.id
          and b.at >= a.at and b.at < $3
          and b.act in ('scim.user.patch', 'scim.user.replace') and b.outcome = 'allowed'
          and b.actor_kind = 'client' and b.detail ->> 'active' = 'false'
        order by b.id desc limit 1) off on true
    where a.organisation_id = $1 and a.at >= $2 and a.at < $3
      and a.act = 'scim.user.create' and a.outcome = 'allowed' and a.actor_kind = 'client'
      and a.detail ->> 'active' = 'true'
      and split_part(lower(ms.user_name), '@', 1) = $4
    order by off.at is null, a.id desc
    limit 1`,
);

/** The user that the organisation's directory made under a name, and whether it was disabled. */
export async function provisionedBetween(
  db: Queryable,
  organisationId: string,
  since: Date,
  until: Date,
  userName: string,
): Promise<ScimEvidence | undefined> {
  const [row] = await db.run(provisioned, [organisationId, since, until, userName]);
  return row;
}

const dropPlace = statement<never>(
  'access.drop-conformance-place',
  `update membership set removed_at = $3, changed_at = $3
    where organisation_id = $1 and member_id = $2 and status = 'ended' and removed_at is null`,
);
const dropAccount = statement<never>(
  'access.drop-conformance-account',
  `with made as (
     select ms.member_id from membership ms
      where ms.organisation_id = $1 and ms.member_id = $2 and ms.created_at >= $3 and ms.status = 'ended'
        and not exists (select from membership o where o.member_id = $2 and o.organisation_id <> $1)
   ), gone as (
     delete from identity using made where identity.member_id = made.member_id
   )
   update member set status = 'disabled' from made where member.id = made.member_id`,
);

/** Takes the user of a run out of the directory; an account that only the run made signs in no more. */
export function dropProvisioned(
  tx: Transaction,
  { organisationId, startedAt }: { readonly organisationId: string; readonly startedAt: Date },
  memberId: string,
  now: Date,
): void {
  tx.later(dropPlace, [organisationId, memberId, now]);
  tx.later(dropAccount, [organisationId, memberId, startedAt]);
}
