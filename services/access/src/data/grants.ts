import { asking, statement, type Asked, type Queryable, type Transaction } from '@definitivedx/db';
import type { MemberCaller } from '@definitivedx/auth';
import type { Granted } from '../domain/audience.js';

/** A grant as it is kept. */
export interface Grant {
  readonly grantId: string;
  readonly caseId: string;
  readonly kind: 'member' | 'panel' | 'everyone';
  readonly principalId: string;
  readonly givenBy: string;
  readonly givenAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** A delegate: shares and ends shares as the requester may. */
  readonly control: boolean;
  readonly reason: string | null;
}

export interface CaseRef {
  readonly requesterId: string;
  /** Open to people by name alone. */
  readonly inviteOnly: boolean;
  /** A flag keeps it so. */
  readonly flagged: boolean;
  readonly organisationId: string;
  /** Its members may share with all members. */
  readonly allowEveryone: boolean;
}

const claim = statement<never>(
  'access.claim-case',
  `insert into case_ref (case_id, requester_id, organisation_id, invite_only) values ($1, $2, $3, $4)
       on conflict (case_id) do nothing`,
);

/** Makes the member the requester of a case that has none. Of two at once the second waits for, and sees, the first. */
export const claimingCase = (
  caseId: string,
  { memberId, organisationId }: MemberCaller,
  inviteOnly: boolean,
): Asked<never> => asking(claim, [caseId, memberId, organisationId, inviteOnly]);

const caseRef = `select c.requester_id as "requesterId", c.organisation_id as "organisationId", c.invite_only as "inviteOnly", c.flagged,
          o.allow_everyone as "allowEveryone"
     from case_ref c join organisation o on o.id = c.organisation_id
    where c.case_id = $1`;

const lock = statement<CaseRef>('access.lock-case', `${caseRef} for update of c`);

/** The case, locked so that its grants change one command at a time. */
export const lockingCase = (caseId: string): Asked<CaseRef> => asking(lock, [caseId]);

const find = statement<CaseRef>('access.find-case', caseRef);

/** The case as it is, for what changes nothing. */
export const findingCase = (caseId: string): Asked<CaseRef> => asking(find, [caseId]);

const columns = `id as "grantId", case_id as "caseId", principal_kind as kind, principal_id as "principalId",
  given_by as "givenBy", given_at as "givenAt", expires_at as "expiresAt", revoked_at as "revokedAt", control, reason`;

const byIds = statement<Grant>(
  'access.grants-by-id',
  `select ${columns} from access_grant where id = any ($1::uuid[])`,
);

/** The grants of these ids, of whatever case. */
export const grantsById = (grantIds: readonly string[]): Asked<Grant> => asking(byIds, [grantIds]);

const insert = statement<never>(
  'access.insert-grants',
  `insert into access_grant (id, case_id, principal_kind, principal_id, expires_at, given_by, given_at, control, reason)
   select id, $1, kind, principal_id, expires_at, $2, $3, control, reason
     from unnest($4::uuid[], $5::text[], $6::uuid[], $7::timestamptz[], $8::boolean[], $9::text[])
          with ordinality as t (id, kind, principal_id, expires_at, control, reason, place)
    order by place
       on conflict (id) do nothing`,
);

/** Adds grants in the given order; an id that is taken is left as it is, for the caller to compare. */
export const insertingGrants = (
  caseId: string,
  givenBy: string,
  givenAt: Date,
  grants: readonly Granted[],
): Asked<never> =>
  asking(insert, [
    caseId,
    givenBy,
    givenAt,
    grants.map((g) => g.grantId),
    grants.map((g) => g.kind),
    grants.map((g) => g.principalId),
    grants.map((g) => g.expiresAt),
    grants.map((g) => g.control),
    grants.map((g) => g.reason),
  ]);

const revoke = statement<Grant>(
  'access.revoke-grant',
  `update access_grant set revoked_at = coalesce(revoked_at, $3), revoked_by = coalesce(revoked_by, $4)
    where id = $2 and case_id = $1
   returning ${columns}`,
);

/** Ends a grant of the case; one that has ended keeps when and by whom. Undefined when the case has no such grant. */
export async function endGrant(
  tx: Transaction,
  caseId: string,
  grantId: string,
  at: Date,
  by: string,
): Promise<Grant | undefined> {
  const [grant] = await tx.run(revoke, [caseId, grantId, at, by]);
  return grant;
}

export interface Answerer {
  readonly grantId: string;
  readonly kind: Grant['kind'];
  readonly principalId: string;
  readonly leadMemberId: string | null;
}

const answerers = statement<Answerer>(
  'access.answerers',
  `select g.id as "grantId", g.principal_kind as kind, g.principal_id as "principalId", m.id as "leadMemberId"
     from access_grant g
     left join panel p on p.id = g.panel_id and p.status = 'active'
     left join member m on m.id = coalesce(p.lead_member_id, g.member_id) and m.status = 'active'
       and exists (select from acting a where a.member_id = m.id
             and (a.organisation_id = p.organisation_id or (p.id is null and 'specialist' = any (a.roles))))
    where g.case_id = $1 and g.revoked_at is null and (g.expires_at is null or g.expires_at > $2)
    order by g.given_order`,
);

/** The grants of a case that are open at `now`, in the order given, each with the person who could answer by it. */
export const findingAnswerers = (caseId: string, now: Date): Asked<Answerer> =>
  asking(answerers, [caseId, now]);

/** See `findingAnswerers`. */
export async function openAnswerers(db: Queryable, caseId: string, now: Date): Promise<Answerer[]> {
  const [found] = await db.runAll(findingAnswerers(caseId, now));
  return found;
}

const audience = statement<Grant & { name: string }>(
  'access.case-audience',
  `select g.id as "grantId", g.case_id as "caseId", g.principal_kind as kind, g.principal_id as "principalId",
          g.given_by as "givenBy", g.given_at as "givenAt", g.expires_at as "expiresAt", g.revoked_at as "revokedAt", g.control, g.reason,
          coalesce(m.name, p.name, 'All members') as name
     from access_grant g
     left join member m on m.id = g.member_id
     left join panel p on p.id = g.panel_id
    where g.case_id = $1
    order by g.given_order`,
);

/** Every grant the case ever had, with the name of whom it is for. */
export const findingGrants = (caseId: string): Asked<Grant & { name: string }> => asking(audience, [caseId]);

/** Whom a grant is for, as the contracts say it. */
export const granteeOf = (grant: Pick<Grant, 'kind' | 'principalId'>) => {
  switch (grant.kind) {
    case 'member':
      return { kind: grant.kind, memberId: grant.principalId } as const;
    case 'panel':
      return { kind: grant.kind, panelId: grant.principalId } as const;
    case 'everyone':
      return { kind: grant.kind } as const;
  }
};
