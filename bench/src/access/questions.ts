import pg from 'pg';

/** May this person see this case? */
export interface Question {
  readonly caseId: string;
  readonly memberId: string;
  readonly organisationId: string;
}

/** May this person see these cases? Most of a page they may. */
export interface Page {
  readonly memberId: string;
  readonly organisationId: string;
  readonly caseIds: readonly string[];
}

/** What one population is asked. */
export interface Questions {
  readonly pairs: readonly Question[];
  readonly pages: readonly Page[];
  /** Requesters with a case of theirs that all members may see. */
  readonly forAll: readonly Question[];
}

// Some of those named here left, were disabled, lost the grant, or act for another organisation: about half are refused.
const pairs = `
  with asked as (
    select case_id, requester_id, organisation_id from case_ref order by md5(case_id::text) limit $1
  ), person as (
    select case_id, requester_id as member_id from asked
    union select a.case_id, d.member_id from asked a join organisation_duty d on d.organisation_id = a.organisation_id
    union select a.case_id, g.principal_id from asked a join access_grant g on g.case_id = a.case_id and g.principal_kind = 'member'
    union (
      select distinct on (g.id) a.case_id, pm.member_id
        from asked a
        join access_grant g on g.case_id = a.case_id and g.principal_kind = 'panel'
        join panel_member pm on pm.panel_id = g.principal_id
       order by g.id, md5(pm.member_id::text || g.id)
    )
    union (
      select a.case_id, m.id
        from (select case_id, row_number() over (order by md5(case_id::text || 'a')) as n from asked) a
        join (select id, row_number() over (order by md5(id::text || 'b')) as n, count(*) over () as members from member) m
          on m.n = a.n % m.members + 1
    )
  )
  select case_id as "caseId", person.member_id as "memberId", ms.organisation_id as "organisationId"
    from person join membership ms on ms.member_id = person.member_id and ms.position = 0
   order by md5(case_id::text || person.member_id)`;

const pages = `
  select pm.member_id as "memberId", pm.organisation_id as "organisationId", page.ids as "caseIds"
    from (select * from panel_member order by md5(panel_id::text || member_id) limit $1) pm
    join acting on acting.member_id = pm.member_id and acting.organisation_id = pm.organisation_id
    cross join lateral (
      select array_agg(case_id) as ids from (
        select distinct case_id from access_grant g where g.principal_kind = 'panel' and g.principal_id = pm.panel_id and g.revoked_at is null
         limit $2
      ) as found
    ) as page
   where cardinality(page.ids) = $2`;

const forAll = `
  select c.case_id as "caseId", c.requester_id as "memberId", c.organisation_id as "organisationId"
    from access_grant g
    join case_ref c on c.case_id = g.case_id
    join acting a on a.member_id = c.requester_id and a.organisation_id = c.organisation_id
   where g.principal_kind = 'everyone' and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
   order by g.id limit $1`;

/** @param cases how many cases are asked about; about five people are asked about for each */
export async function readQuestions(adminUrl: string, cases: number, pageSize: number): Promise<Questions> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const rows = async <Row extends object>(text: string, ...values: number[]): Promise<Row[]> =>
      (await client.query<Row>(text, values)).rows;
    return {
      pairs: await rows<Question>(pairs, cases),
      pages: await rows<Page>(pages, 200, pageSize),
      forAll: await rows<Question>(forAll, 20),
    };
  } finally {
    await client.end();
  }
}
