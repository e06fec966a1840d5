import type { InputOf, Purpose, ReplyOf, checkAccess } from '@definitivedx/contracts';
import { asking, statement, type Asked, type Queryable } from '@definitivedx/db';
import type { MemberCaller } from '@definitivedx/auth';
import { controllingRelations, relationsFor } from '../domain/relations.js';

export type Opening = ReplyOf<typeof checkAccess>['allowed'][number];
type Via = Opening['via'];

/**
 * The people asked about, from rows of `acting` (so active people and what they act for), each with the panels they are
 * in there and their duties there: an array each, looked up once a person and not once a case.
 */
const personOf = (acting: string): string => `
  person as materialized (
    select a.member_id, a.organisation_id,
           array(select pm.panel_id
                   from panel_member pm
                   join panel on panel.id = pm.panel_id and panel.status = 'active'
                  where pm.member_id = a.member_id and pm.organisation_id = a.organisation_id) as panels,
           array(select d.duty
                   from organisation_duty d
                  where d.member_id = a.member_id and d.organisation_id = a.organisation_id) as duties
      from ${acting}
  )`;

/**
 * THE rule of who may see a case, once, as tuples: each way in which one of `cases` is open to someone of `person` at
 * the time $2. No row means no. What an organisation gives (its own cases, its panels, its duties) is open only to who
 * acts for it; an invitation is personal. Strength is the order of `everyRelation`. docs/access-model.md says it in words.
 *
 * Written so that there is one way to run it, whatever the sizes of the tables: by case through two indexes
 * (decision-plan.test.ts).
 *
 * @param cases an array of case ids
 */
const openingsOf = (cases: string): string => `
  opening as (
    select g.case_id, person.member_id, g.id as grant_id,
           case when g.control then 'delegate' else g.principal_kind end as via,
           case when g.control then 2 when g.principal_kind = 'member' then 3
                when g.principal_kind = 'panel' then 4 else 5 end as strength
      from access_grant g
      join person on case g.principal_kind
                       when 'member' then g.principal_id = person.member_id
                       when 'panel' then g.principal_id = any (person.panels)
                       when 'everyone' then true
                     end
     where g.case_id = any (${cases})
       and g.revoked_at is null and (g.expires_at is null or g.expires_at > $2::timestamptz)
    union all
    select c.case_id, person.member_id, own.id, own.via, own.strength
      from case_ref c
      join person on person.organisation_id = c.organisation_id
     cross join lateral (
       select null::uuid as id, 'requester' as via, 0 as strength where c.requester_id = person.member_id
       union all
       select null, 'cover', 1 where 'cover' = any (person.duties)
       union all
       select b.id, 'governance', 6
         from governance_opening b
         join organisation o on o.id = b.organisation_id and o.governance_access
        where 'governance' = any (person.duties)
          and b.case_id = c.case_id and b.member_id = person.member_id and b.organisation_id = c.organisation_id
          and b.ends_at > $2::timestamptz
     ) as own
     where c.case_id = any (${cases})
  )`;

/** Of the cases $1. */
const openings = openingsOf('$1::uuid[]');

const theCaller = personOf('acting a where a.member_id = $3::uuid and a.organisation_id = $4::uuid');

// Decision and audit are one statement, so that no answer exists without its audit row; and a case that does not
// exist takes the same path as one that is not shared: what is asked for is there from the start, as a refusal that
// everything else is stronger than.
const decideAndAudit = statement<Opening>(
  'access.decide-and-audit',
  `with ${theCaller}, ${openings}, answer as (
     select distinct on (case_id) case_id, via, grant_id
       from (
         select case_id, via, grant_id, strength from opening where via = any ($7::text[])
         union all
         select asked.case_id, null, null, 7 from unnest($1::uuid[]) as asked (case_id)
       ) as possible
      order by case_id, strength, grant_id
   ), audited as (
     insert into audit (at, actor_kind, actor_id, organisation_id, act, purpose, case_id, via, grant_id, outcome, trace_id,
                        subject_id, origin)
     select $2::timestamptz, 'member', $3::uuid, $4::uuid, 'case.access', $5::text, case_id, via, grant_id,
            case when via is null then 'refused' else 'allowed' end, $6::text, $8::uuid, $9::text
       from answer
     returning case_id, via, grant_id, outcome
   )
   select case_id as "caseId", via, grant_id as "grantId" from audited where outcome = 'allowed'`,
);

/** Which of the cases the caller may see at `now`, each answer, yes or no, written to the audit. */
export const decide = (
  db: Queryable,
  caller: MemberCaller,
  asked: Pick<InputOf<typeof checkAccess>, 'caseIds' | 'purpose' | 'subjectId'>,
  now: Date,
  traceId: string | undefined,
): Promise<Opening[]> =>
  db.run(decideAndAudit, [
    asked.caseIds,
    now,
    caller.memberId,
    caller.organisationId,
    asked.purpose,
    traceId ?? null,
    relationsFor(asked.purpose),
    asked.subjectId ?? null,
    caller.from ?? null,
  ]);

const control = statement<{ via: Via }>(
  'access.controls-case',
  `with ${theCaller}, ${openings}
   select via from opening where via = any ($5::text[]) order by strength limit 1`,
);

/** By which relation the caller controls who sees the case, at `now`; no row when they do not. */
export const lookingUpControl = (caseId: string, caller: MemberCaller, now: Date): Asked<{ via: Via }> =>
  asking(control, [[caseId], now, caller.memberId, caller.organisationId, controllingRelations]);

/** By which relation the caller may do something in the case, at `now`; no row when they may not. For acts that are audited. */
export const lookingUpOpening = (
  caseId: string,
  caller: MemberCaller,
  purpose: Purpose,
  now: Date,
): Asked<{ via: Via }> =>
  asking(control, [[caseId], now, caller.memberId, caller.organisationId, relationsFor(purpose)]);

export interface Visible {
  readonly caseId: string;
  readonly memberId: string;
}

// By id, one after the other: "offset 0" keeps it from being joined in another way, such as by reading all members.
const eachOf = (members: string): string =>
  personOf(
    `unnest(${members}) as t (id) cross join lateral (select * from acting where member_id = t.id offset 0) as a`,
  );

const whoOf = statement<Visible>(
  'access.who-may-see',
  `with ${eachOf('$3::uuid[]')}, ${openings}
   select distinct case_id as "caseId", member_id as "memberId" from opening`,
);

/**
 * Who of the members may see which of the cases at `now`, in whatever organisation they act for. Not audited: nobody
 * reads anything by it.
 */
export const whoMaySee = (
  caseIds: readonly string[],
  memberIds: readonly string[],
  now: Date,
): Asked<Visible> => asking(whoOf, [caseIds, now, memberIds]);

export interface Lost {
  readonly memberId: string;
  readonly caseIds: string[];
}

const lost = statement<Lost>(
  'access.lost-cases',
  `with seen as materialized (
     select someone.member_id, a.case_id, max(a.id) as last
       from unnest($1::uuid[]) as someone (member_id)
       join audit a on a.actor_id = someone.member_id and a.act = 'case.access' and a.outcome = 'allowed'
       left join access_grant g on g.id = a.grant_id
      where case when $3::uuid is null then a.organisation_id = $4::uuid else g.panel_id = $3::uuid end
      group by someone.member_id, a.case_id
   ), ${eachOf('$1::uuid[]')}, ${openingsOf('array(select distinct case_id from seen)')}, ended as (
     select member_id, case_id, row_number() over (partition by member_id order by last desc) as place
       from seen left join (select distinct member_id, case_id, true as open from opening) o using (member_id, case_id)
      where o.open is null
   )
   select member_id as "memberId", array_agg(case_id order by place) as "caseIds"
     from ended where place <= $5 group by member_id`,
);

/**
 * The cases that each of the members saw by the panel (or, without one, acting for the organisation) and may not see any
 * more, the latest first. For what has ended in the same transaction.
 */
export async function lostCases(
  db: Queryable,
  memberIds: readonly string[],
  by: { readonly panelId: string } | { readonly organisationId: string },
  now: Date,
  most: number,
): Promise<Map<string, string[]>> {
  const [panelId, organisationId] = 'panelId' in by ? [by.panelId, null] : [null, by.organisationId];
  const rows = await db.run(lost, [memberIds, now, panelId, organisationId, most]);
  return new Map(rows.map((row) => [row.memberId, row.caseIds]));
}
