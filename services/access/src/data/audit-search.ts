import { statement, type Queryable, type Statement } from '@definitivedx/db';

/** A row of the audit with what can be joined to it when it is read. */
export interface FoundRow {
  readonly id: string;
  readonly at: Date;
  readonly actorKind: 'member' | 'client' | 'service' | 'unknown';
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly organisationId: string | null;
  readonly organisation: string | null;
  readonly act: string;
  readonly purpose: string | null;
  readonly outcome: 'allowed' | 'refused';
  readonly caseId: string | null;
  /** Whose case it is; null for a case that does not exist. */
  readonly caseOrganisationId: string | null;
  readonly subjectId: string | null;
  readonly via: string | null;
  readonly grantId: string | null;
  readonly origin: string | null;
  readonly detail: Record<string, unknown> | null;
  readonly traceId: string | null;
}

/** A place in the order in which the audit is searched: by time, then by id. */
export interface Position {
  /** With microseconds. */
  readonly at: string;
  readonly id: string;
}

type Row = { [K in keyof FoundRow]: FoundRow[K] | null } & {
  readonly scanned: number;
  readonly endAt: string | null;
  readonly endId: string | null;
  readonly exactAt: string | null;
};

/**
 * One search looks at no more rows than $10, however few of them match: the page is short then and says where it ended.
 * What an act's own row lacks (it came as an event, which carries no address) stands in the row of the access check that
 * let it through: same trace, same person, same case.
 */
const search = (by: string, driver: string): Statement<Row> =>
  statement(
    `access.search-audit-by-${by}`,
    `with scanned as (
       select a.* from audit a
        where ${driver} and a.at >= $2::timestamptz and (a.at, a.id) < ($3::timestamptz, $4::bigint)
        order by a.at desc, a.id desc limit $10
     ), scan as (
       select count(*)::int as scanned,
              (select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') from scanned order by at, id limit 1)
                as "endAt",
              (select id::text from scanned order by at, id limit 1) as "endId"
         from scanned
     ), found as (
       select * from scanned s
        where ($5::uuid is null or s.organisation_id = $5::uuid) and ($6::uuid is null or s.actor_id = $6::uuid)
          and ($7::text is null or s.act = $7::text) and ($8::text is null or s.outcome = $8::text)
          and (not $9::boolean or s.act <> 'case.access' or s.outcome = 'refused')
        order by s.at desc, s.id desc limit $11
     )
     select scan.scanned, scan."endAt", scan."endId", f.id::text as id, f.at,
            to_char(f.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "exactAt",
            f.actor_kind as "actorKind", f.actor_id as "actorId", m.name as "actorName",
            f.organisation_id as "organisationId", o.name as organisation, f.act, f.purpose, f.outcome,
            f.case_id as "caseId", c.organisation_id as "caseOrganisationId", f.subject_id as "subjectId",
            coalesce(f.via, checked.via) as via, coalesce(f.grant_id, checked.grant_id) as "grantId",
            coalesce(f.origin, checked.origin) as origin, f.detail, f.trace_id as "traceId"
       from scan
       left join found f on true
       left join member m on m.id = f.actor_id and f.actor_kind = 'member'
       left join organisation o on o.id = f.organisation_id
       left join case_ref c on c.case_id = f.case_id
       left join lateral (
         select k.via, k.grant_id, k.origin from audit k
          where f.origin is null and k.case_id = f.case_id and k.trace_id = f.trace_id and k.actor_id = f.actor_id
            and k.outcome = f.outcome and k.origin is not null
            and k.at between f.at - interval '1 minute' and f.at + interval '1 minute'
          order by k.id desc limit 1) as checked on true
      order by f.at desc, f.id desc`,
  );

const searches = {
  case: search('case', 'a.case_id = $1::uuid'),
  actor: search('actor', 'a.actor_id = $1::uuid'),
  organisation: search('organisation', 'a.organisation_id = $1::uuid'),
  // Nothing to compare with; the condition is the index's own.
  platform: search('platform', `$1::uuid is null and (a.act <> 'case.access' or a.outcome = 'refused')`),
};

export interface Search {
  /** What narrows the search most; each has an index in the order of the result. */
  readonly by: keyof typeof searches;
  readonly id: string | null;
  readonly from: string | undefined;
  /** Rows before this place. */
  readonly before: Position;
  readonly organisationId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly act?: string | undefined;
  readonly outcome?: string | undefined;
  /** Leaves reads of cases out that were allowed. */
  readonly withoutReads: boolean;
  readonly limit: number;
}

/** Rows one search looks at, at most. */
const mostScanned = 5_000;

/** @returns the rows, newest first, and where to go on; null when there are no more. */
export async function findInAudit(
  db: Queryable,
  { by, id, from, before, limit, withoutReads, ...only }: Search,
): Promise<{ rows: FoundRow[]; next: Position | null }> {
  const found = await db.run(searches[by], [
    id,
    from ?? '-infinity',
    before.at,
    before.id,
    only.organisationId ?? null,
    only.actorId ?? null,
    only.act ?? null,
    only.outcome ?? null,
    withoutReads,
    mostScanned,
    limit,
  ]);
  const rows = found.filter((row): row is Row & FoundRow => row.id !== null);
  const last = found.at(-1);
  const scan = found[0];
  if (rows.length === limit && last?.exactAt && last.id)
    return { rows, next: { at: last.exactAt, id: last.id } };
  const more = scan?.scanned === mostScanned && scan.endAt !== null && scan.endId !== null;
  return { rows, next: more ? { at: scan.endAt, id: scan.endId } : null };
}
