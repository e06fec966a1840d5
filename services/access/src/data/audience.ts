import { asking, statement, type Asked, type Queryable } from '@definitivedx/db';
import type { Relation } from '@definitivedx/contracts';
import type { Granted } from '../domain/audience.js';

export interface Person {
  readonly memberId: string;
  readonly name: string;
  readonly organisation: string;
}

export interface Reach {
  readonly members: number;
  readonly organisations: number;
  readonly more: boolean;
}

/**
 * People are counted up to here; a case open to all members costs no more than one open to as many. Nobody reads names
 * beyond it: "more than 1,000" says what there is to know before sharing.
 */
const mostCounted = 1_000;

// A person invited by name counts for the organisation they act for unless they choose another.
const reach = statement<Reach>(
  'access.reach',
  `with entry as (
     select principal_kind as kind, principal_id from access_grant
      where case_id = $1::uuid and revoked_at is null and (expires_at is null or expires_at > $2)
     union
     select kind, principal_id from unnest($3::text[], $4::uuid[]) as t (kind, principal_id)
   ), home as (
     select requester_id, organisation_id from case_ref where case_id = $1::uuid
     union
     select $5::uuid, $6::uuid where $1::uuid is null
   ), seer as (
     (select member_id, organisation_id from acting
       where exists (select from entry where kind = 'everyone') limit $7 + 1)
     union all
     (select distinct on (a.member_id) a.member_id, a.organisation_id
       from (select principal_id from entry where kind = 'member' union select requester_id from home) as invited
       join acting a on a.member_id = invited.principal_id
      order by a.member_id, a.position)
     union all
     select a.member_id, a.organisation_id
       from entry
       join panel p on entry.kind = 'panel' and p.id = entry.principal_id and p.status = 'active'
       join panel_member pm on pm.panel_id = p.id
       join acting a on a.member_id = pm.member_id and a.organisation_id = pm.organisation_id
     union all
     select a.member_id, a.organisation_id
       from home
       join organisation_duty d on d.organisation_id = home.organisation_id and d.duty = 'cover'
       join acting a on a.member_id = d.member_id and a.organisation_id = d.organisation_id
   )
   select least(count(distinct member_id), $7)::int as members,
          count(distinct organisation_id)::int as organisations,
          count(distinct member_id) > $7 as more
     from seer`,
);

/**
 * How many may see a case at `now`, with what would be added.
 * @param caseId null for a case that `asker` would be the requester of
 */
export const countingReach = (
  of: { readonly caseId: string | null; readonly asker: { memberId: string; organisationId: string } },
  added: readonly Pick<Granted, 'kind' | 'principalId'>[],
  now: Date,
): Asked<Reach> =>
  asking(reach, [
    of.caseId,
    now,
    added.map((grant) => grant.kind),
    added.map((grant) => grant.principalId),
    of.asker.memberId,
    of.asker.organisationId,
    mostCounted,
  ]);

interface CaseHome extends Person {
  readonly inviteOnly: boolean;
}

const home = statement<CaseHome>(
  'access.case-home',
  `select c.invite_only as "inviteOnly", m.id as "memberId", m.name, o.name as organisation
     from case_ref c join member m on m.id = c.requester_id join organisation o on o.id = c.organisation_id
    where c.case_id = $1`,
);

/** Whose case it is. */
export const findingHome = (caseId: string): Asked<CaseHome> => asking(home, [caseId]);

const cover = statement<Person>(
  'access.case-cover',
  `select m.id as "memberId", m.name, o.name as organisation
     from case_ref c
     join organisation_duty d on d.organisation_id = c.organisation_id and d.duty = 'cover'
     join acting a on a.member_id = d.member_id and a.organisation_id = d.organisation_id
     join member m on m.id = d.member_id
     join organisation o on o.id = d.organisation_id
    where c.case_id = $1
    order by m.name, m.id`,
);

/** Who sees the case because they cover the practice's cases. */
export const findingCover = (caseId: string): Asked<Person> => asking(cover, [caseId]);

interface OpeningRow extends Person {
  readonly openedAt: Date;
  readonly endsAt: Date;
  readonly reason: string;
}

const openings = statement<OpeningRow>(
  'access.case-openings',
  `select m.id as "memberId", m.name, o.name as organisation, b.opened_at as "openedAt", b.ends_at as "endsAt", b.reason
     from governance_opening b join member m on m.id = b.member_id join organisation o on o.id = b.organisation_id
    where b.case_id = $1
    order by b.opened_at`,
);

/** Each time governance opened the case, the past ones included. */
export const findingOpenings = (caseId: string): Asked<OpeningRow> => asking(openings, [caseId]);

export interface Reader extends Person {
  readonly via: Relation;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly times: number;
}

const readers = statement<Reader>(
  'access.case-readers',
  `select m.id as "memberId", m.name, o.name as organisation, seen.via, seen."firstAt", seen."lastAt", seen.times
     from (
       select actor_id, (array_agg(via order by id desc))[1] as via,
              (array_agg(organisation_id order by id desc))[1] as organisation_id,
              min(at) as "firstAt", max(at) as "lastAt", count(*)::int as times
         from audit
        where case_id = $1 and act = 'case.access' and outcome = 'allowed' and purpose in ('read', 'file-download')
        group by actor_id
     ) as seen
     join case_ref c on c.case_id = $1 and c.requester_id <> seen.actor_id
     join member m on m.id = seen.actor_id
     join organisation o on o.id = seen.organisation_id
    order by seen."lastAt" desc, m.id
    limit $2`,
);

/** Who has read the case or one of its files, but its requester; who did so latest comes first. */
export const readersOf = (db: Queryable, caseId: string, limit: number): Promise<Reader[]> =>
  db.run(readers, [caseId, limit]);
