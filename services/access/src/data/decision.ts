import { everyonePrincipal, type InputOf, type ReplyOf, type checkAccess } from '@definitivedx/contracts';
import { asking, statement, type Asked, type Queryable } from '@definitivedx/db';
import type { MemberCaller } from '@definitivedx/auth';
import { controllingRelations, relationsFor } from '../domain/relations.js';

export type Opening = ReplyOf<typeof checkAccess>['allowed'][number];
type Via = Opening['via'];

/**
 * THE rule of who may see a case, once, as tuples: each way in which a case of `asked` (case_id) is open to someone of
 * `person` (member_id, organisation_id: rows of `acting`, so active people and what they act for), $2 being now. No row
 * means no. What an organisation gives (its own cases, its panels, its duties) is open only to who acts for it; an
 * invitation is personal. Strength is the order of `everyRelation`. docs/access-model.md says it in words.
 */
const openings = `
  key as (
    select 'member' as kind, member_id as principal_id, member_id from person
    union all
    select 'panel', pm.panel_id, pm.member_id
      from person
      join panel_member pm on pm.member_id = person.member_id and pm.organisation_id = person.organisation_id
      join panel on panel.id = pm.panel_id and panel.status = 'active'
    union all
    select 'everyone', '${everyonePrincipal}'::uuid, member_id from person
  ), opening as (
    select g.case_id, key.member_id, g.id as grant_id,
           case when g.control then 'delegate' else g.principal_kind end as via,
           case when g.control then 1 when g.principal_kind = 'member' then 3
                when g.principal_kind = 'panel' then 4 else 5 end as strength
      from asked
      join access_grant g on g.case_id = asked.case_id
      join key on key.kind = g.principal_kind and key.principal_id = g.principal_id
     where g.revoked_at is null and (g.expires_at is null or g.expires_at > $2::timestamptz)
    union all
    select c.case_id, person.member_id, null, 'requester', 0
      from asked
      join case_ref c on c.case_id = asked.case_id
      join person on person.member_id = c.requester_id and person.organisation_id = c.organisation_id
    union all
    select c.case_id, person.member_id, null, 'cover', 2
      from asked
      join case_ref c on c.case_id = asked.case_id
      join person on person.organisation_id = c.organisation_id
      join organisation_duty d on d.member_id = person.member_id
        and d.organisation_id = person.organisation_id and d.duty = 'cover'
    union all
    select b.case_id, person.member_id, b.id, 'governance', 6
      from asked
      join governance_opening b on b.case_id = asked.case_id and b.ends_at > $2::timestamptz
      join person on person.member_id = b.member_id and person.organisation_id = b.organisation_id
      join organisation o on o.id = b.organisation_id and o.governance_access
      join organisation_duty d on d.member_id = person.member_id
        and d.organisation_id = person.organisation_id and d.duty = 'governance'
  )`;

// Decision and audit are one statement, so that no answer exists without its audit row; and a case that does not
// exist takes the same path as one that is not shared.
const decideAndAudit = statement<Opening>(
  'access.decide-and-audit',
  `with asked as (
     select distinct case_id from unnest($1::uuid[]) as t (case_id)
   ), person as materialized (
     select member_id, organisation_id from acting where member_id = $3::uuid and organisation_id = $4::uuid
   ), ${openings}, strongest as (
     select distinct on (case_id) case_id, via, grant_id from opening
      where via = any ($7::text[])
      order by case_id, strength, grant_id
   ), audited as (
     insert into audit (at, actor_kind, actor_id, organisation_id, act, purpose, case_id, via, grant_id, outcome, trace_id,
                        subject_id, origin)
     select $2::timestamptz, 'member', $3::uuid, $4::uuid, 'case.access', $5::text, asked.case_id, via, grant_id,
            case when via is null then 'refused' else 'allowed' end, $6::text, $8::uuid, $9::text
       from asked left join strongest on strongest.case_id = asked.case_id
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
  `with asked as (
     select $1::uuid as case_id
   ), person as materialized (
     select member_id, organisation_id from acting where member_id = $3::uuid and organisation_id = $4::uuid
   ), ${openings}
   select via from opening where via = any ($5::text[]) order by strength limit 1`,
);

/** By which relation the caller controls who sees the case, at `now`; no row when they do not. */
export const lookingUpControl = (caseId: string, caller: MemberCaller, now: Date): Asked<{ via: Via }> =>
  asking(control, [caseId, now, caller.memberId, caller.organisationId, controllingRelations]);

export interface Visible {
  readonly caseId: string;
  readonly memberId: string;
}

const whoOf = statement<Visible>(
  'access.who-may-see',
  `with asked as (
     select distinct case_id from unnest($1::uuid[]) as t (case_id)
   ), person as materialized (
     select member_id, organisation_id from acting where member_id = any ($3::uuid[])
   ), ${openings}
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
   ), asked as (
     select distinct case_id from seen
   ), person as materialized (
     select member_id, organisation_id from acting where member_id = any ($1::uuid[])
   ), ${openings}, ended as (
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
