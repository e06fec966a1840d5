import { asking, statement, type Asked, type Queryable } from '@definitivedx/db';
import { requesterPurposes, type InputOf, type ReplyOf, type checkAccess } from '@definitivedx/contracts';
import type { MemberCaller } from '@definitivedx/auth';

type Purpose = InputOf<typeof checkAccess>['purpose'];
export type Opening = ReplyOf<typeof checkAccess>['allowed'][number];

/**
 * THE rule of who may see a case, once: the strongest reason for which `asked.case_id` is open to `person`, a row of
 * `acting`: an active member with an organisation they act for. $2 is now. No row means no.
 * What an organisation gives (its own cases, its panels) is open only to who acts for it; an invitation is personal.
 */
const strongestOpening = `
  select 'requester' as via, null::uuid as grant_id, 0 as strength
    from case_ref c
   where c.case_id = asked.case_id and c.requester_id = person.member_id
     and c.organisation_id = person.organisation_id
  union all
  select g.principal_kind, g.id, case g.principal_kind when 'member' then 1 when 'panel' then 2 else 3 end
    from access_grant g
   where g.case_id = asked.case_id
     and g.revoked_at is null
     and (g.expires_at is null or g.expires_at > $2::timestamptz)
     and case g.principal_kind
           when 'member' then g.principal_id = person.member_id
           when 'panel' then exists (
             select from panel_member pm join panel p on p.id = pm.panel_id and p.status = 'active'
              where pm.panel_id = g.principal_id and pm.member_id = person.member_id
                and pm.organisation_id = person.organisation_id)
           else g.principal_kind = 'everyone'
         end
   order by strength, grant_id
   limit 1`;

// Decision and audit are one statement, so that no answer exists without its audit row; and a case that does not
// exist takes the same path as one that is not shared.
const decideAndAudit = statement<Opening>(
  'access.decide-and-audit',
  `with asked as (
     select distinct case_id from unnest($1::uuid[]) as t (case_id)
   ), person as (
     select member_id, organisation_id from acting where member_id = $3::uuid and organisation_id = $4::uuid
   ), decided as (
     select asked.case_id, opening.via, opening.grant_id
       from asked
       left join lateral (
         select o.via, o.grant_id
           from person cross join lateral (${strongestOpening}) as o
          where o.via = 'requester' or $5::text <> all ($7::text[])
       ) as opening on true
   ), audited as (
     insert into audit (at, actor_kind, actor_id, organisation_id, act, purpose, case_id, via, grant_id, outcome, trace_id,
                        subject_id, origin)
     select $2::timestamptz, 'member', $3::uuid, $4::uuid, 'case.access', $5::text, case_id, via, grant_id,
            case when via is null then 'refused' else 'allowed' end, $6::text, $8::uuid, $9::text
       from decided
     returning case_id, via, grant_id, outcome
   )
   select case_id as "caseId", via, grant_id as "grantId" from audited where outcome = 'allowed'`,
);

/** Which of the cases the caller may see at `now`, each answer, yes or no, written to the audit. */
export const decide = (
  db: Queryable,
  caller: MemberCaller,
  asked: { caseIds: readonly string[]; purpose: Purpose; subjectId?: string | undefined },
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
    requesterPurposes,
    asked.subjectId ?? null,
    caller.from ?? null,
  ]);

export interface Visible {
  readonly caseId: string;
  readonly memberId: string;
}

const whoOf = statement<Visible>(
  'access.who-may-see',
  `select distinct asked.case_id as "caseId", person.member_id as "memberId"
     from unnest($1::uuid[]) as asked (case_id)
    cross join (
      select member_id, organisation_id from acting where member_id = any ($3::uuid[])
    ) as person
    cross join lateral (${strongestOpening}) as opening`,
);

/** Who of the members may see which of the cases at `now`. Not audited: nobody reads anything by it. */
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
  `with seen as (
     select someone.member_id, a.case_id, max(a.id) as last
       from unnest($1::uuid[]) as someone (member_id)
       join audit a on a.actor_id = someone.member_id and a.act = 'case.access' and a.outcome = 'allowed'
       left join access_grant g on g.id = a.grant_id
      where case when $3::uuid is null then a.organisation_id = $4::uuid else g.panel_id = $3::uuid end
      group by someone.member_id, a.case_id
   ), ended as (
     select asked.member_id, asked.case_id,
            row_number() over (partition by asked.member_id order by asked.last desc) as place
       from seen as asked
      where not exists (
        select from acting as person cross join lateral (${strongestOpening}) as opening
         where person.member_id = asked.member_id)
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
