import type { CaseStatus, Priority } from '@definitivedx/contracts';
import { asking, statement, timeLimited, type Asked, type Queryable, type Statement } from '@definitivedx/db';
import type { Order, Place } from '../domain/cursor.js';
import type { EndedAs } from './endings.js';
import { askedHere, scans, type Source } from './scans.js';
import { unreadOf } from './read-marks.js';

/** Who looks, as the authority has just said, and when. */
export interface Looking {
  readonly memberId: string;
  readonly organisationId: string;
  /** Under which cases are looked for: all of theirs, or some. */
  readonly principals: readonly string[];
  /** Only what is filed there as this. */
  readonly filedAs: 'requester' | 'panel' | null;
  readonly now: Date;
}

/** What a list leaves out. An absent wish leaves nothing out. */
export interface Wishes {
  readonly statuses?: readonly CaseStatus[] | undefined;
  readonly priority?: Priority | undefined;
  readonly panelId?: string | undefined;
  readonly unread?: boolean;
  readonly overdue?: boolean;
  readonly responsible?: boolean;
  readonly followed?: boolean;
}

export interface Listing {
  readonly source: Source;
  readonly order: Order;
  readonly looking: Looking;
  readonly wishes: Wishes;
  /** False when every case of the source is wished for, so that none is looked at in vain. */
  readonly narrows: boolean;
  /** For the source of words: a tsquery as PostgreSQL writes it, the principals in it. */
  readonly words?: string | undefined;
}

export interface CaseListed {
  readonly caseId: string;
  readonly code: string;
  readonly question: string;
  readonly status: CaseStatus;
  readonly endedAs: EndedAs | null;
  readonly priority: Priority;
  readonly requesterId: string;
  readonly responsibleId: string | null;
  readonly leadPanelId: string | null;
  readonly answerBy: Date | null;
  readonly overdue: boolean;
  readonly unread: number;
  readonly followed: boolean;
  readonly createdAt: Date;
  readonly lastActivityAt: Date;
  /** Its moment in the order of the list. */
  readonly at: Date;
}

/** Some of a list: the cases wished for among those that were looked at, and where looking ended. */
export interface Scanned {
  readonly rows: readonly CaseListed[];
  readonly scanned: number;
  /** The last case looked at; undefined when there was none. */
  readonly last: Place | undefined;
}

/**
 * Whether a case `c` is wished for. Each question about another row is a scalar: as an `exists`, it might be answered
 * by reading the whole of a table first. The panel is compared so that no index of principals can serve it.
 */
const wished = `
  ${askedHere} and ($8::text[] is null or c.status = any ($8::text[])) and ($9::text is null or c.priority = $9::text)
  and ($10::uuid is null or (select true from audience a where a.case_id = c.id and a.kind = 'panel'
    and a.principal is not distinct from $10::uuid and (a.expires_at is null or a.expires_at > $2) limit 1))
  and (not $11::boolean or ${unreadOf('c.id', '$3::uuid')} > 0)
  and (not $12::boolean or (
    select k.running_since is not null and k.due_at <= $2 from response_clock k where k.case_id = c.id))
  and (not $14::boolean or (
    select r.member_id = $3::uuid from responsibility r where r.case_id = c.id and r.until_at is null))
  and (not $15::boolean or (select true from follow f where f.member_id = $3::uuid and f.case_id = c.id))`;

const shown = `
  c.id as "caseId", c.code, c.question, c.status, c.ended_as as "endedAs", c.priority, c.requester_id as "requesterId",
  (select r.member_id from responsibility r where r.case_id = c.id and r.until_at is null) as "responsibleId",
  c.lead_panel_id as "leadPanelId", case when k.stopped_at is null then k.due_at end as "answerBy",
  coalesce(k.running_since is not null and k.due_at <= $2, false) as overdue, ${unreadOf('c.id', '$3::uuid')} as unread,
  coalesce((select true from follow f where f.member_id = $3::uuid and f.case_id = c.id), false) as followed,
  c.created_at as "createdAt", c.last_activity_at as "lastActivityAt"`;

const forward: Readonly<Record<Order, string>> = { activity: 'desc', due: 'asc' };
const backward: Readonly<Record<Order, string>> = { activity: 'asc', due: 'desc' };

// Cases come one by one, by their key: "offset 0" keeps them from being joined in another way, such as by reading all.
const wishedCase = (place: string): string =>
  `(select * from cases c where c.id = ${place}.case_id and ${wished} offset 0)`;

const matching = (source: Source, order: Order): string => `
  with scanned as materialized (${scans[source][order]}),
  matching as materialized (
    select s.at, s.case_id from scanned s cross join lateral ${wishedCase('s')} c
    order by s.at ${forward[order]}, s.case_id ${forward[order]} limit $13
  )`;

interface Row extends Omit<CaseListed, 'caseId'> {
  /** Null in the one row of a scan that found nothing. */
  readonly caseId: string | null;
  readonly scanned: number;
  readonly lastAt: Date | null;
  readonly lastCaseId: string | null;
}

/** Where looking ended, beside each case found; `narrowed` when cases are looked at of which few may be shown. */
const page = (source: Source, order: Order, narrowed: boolean): string => `
  ${narrowed ? matching(source, order) : `with scanned as materialized (${scans[source][order]})`}
  select looked.*, found.*
  from (
    select (select count(*)::int from scanned) as scanned, ending.at as "lastAt", ending.case_id as "lastCaseId"
    from (select) one left join lateral (
      select at, case_id from scanned order by at ${backward[order]}, case_id ${backward[order]} limit 1
    ) ending on true
  ) looked
  left join lateral (
    select m.at, ${shown}
    from ${narrowed ? 'matching' : 'scanned'} m
    cross join lateral ${narrowed ? '(select * from cases where id = m.case_id offset 0)' : wishedCase('m')} c
    left join lateral (select * from response_clock where case_id = m.case_id offset 0) k on true
    order by m.at ${forward[order]}, m.case_id ${forward[order]} limit $13
  ) found on true
  order by found.at ${forward[order]}, found."caseId" ${forward[order]}`;

const tally = (source: Source, order: Order): string => `
  ${matching(source, order)}
  select (select count(*)::int from scanned) as scanned, (select count(*)::int from matching) as count`;

const forEach = <Made>(make: (source: Source, order: Order) => Made): Record<Source, Record<Order, Made>> => {
  const both = (source: Source): Record<Order, Made> => ({
    activity: make(source, 'activity'),
    due: make(source, 'due'),
  });
  const [filed, open, answered] = [both('filed'), both('open'), both('answered')];
  return { filed, open, answered, followed: both('followed'), words: both('words') };
};

/** The statements of all lists, by where their cases come from and their order. */
export const listStatements = {
  pages: forEach((source, order): Statement<Row> =>
    statement(`case-list-${source}-${order}`, page(source, order, false)),
  ),
  narrowed: forEach((source, order): Statement<Row> =>
    statement(`case-list-narrowed-${source}-${order}`, page(source, order, true)),
  ),
  counts: forEach((source, order): Statement<{ scanned: number; count: number }> =>
    statement(`case-count-${source}-${order}`, tally(source, order)),
  ),
};

/** The statement that gives a page of a list. */
export const pageStatement = ({ source, order, narrows }: Listing): Statement<Row> =>
  (narrows ? listStatements.narrowed : listStatements.pages)[source][order];

const beginning: Readonly<Record<Order, readonly [string, string]>> = {
  activity: ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  due: ['-infinity', '00000000-0000-0000-0000-000000000000'],
};

/** What every statement of a list is given. */
export function listValues(
  { source, order, looking, wishes, words }: Listing,
  after: Place | undefined,
  { look, show }: { readonly look: number; readonly show: number },
): unknown[] {
  const [at, caseId] = after ? [after.at, after.caseId] : beginning[order];
  return [
    ...[looking.principals, looking.now, looking.memberId, looking.organisationId, at, caseId, look],
    ...[wishes.statuses ?? null, wishes.priority ?? null, wishes.panelId ?? null],
    ...[wishes.unread ?? false, wishes.overdue ?? false, show],
    ...[wishes.responsible ?? false, wishes.followed ?? false, looking.filedAs],
    ...(source === 'words' ? [words] : []),
  ];
}

/**
 * Looks at the next `look` cases of a list and gives the first `show` of those that are wished for.
 * @param withinMs how long the server may take; without it, as long as any statement.
 */
export async function scanList(
  db: Queryable,
  listing: Listing,
  after: Place | undefined,
  most: { readonly look: number; readonly show: number },
  withinMs?: number,
): Promise<Scanned> {
  const asked = asking(pageStatement(listing), listValues(listing, after, most));
  const found =
    withinMs === undefined ? (await db.runAll(asked))[0] : (await db.runAll(timeLimited(withinMs), asked))[1];
  const [ending] = found;
  const last =
    ending?.lastAt && ending.lastCaseId ? { at: ending.lastAt, caseId: ending.lastCaseId } : undefined;
  const rows = found.flatMap(({ scanned: _scanned, lastAt: _lastAt, lastCaseId: _last, caseId, ...row }) =>
    caseId === null ? [] : [{ ...row, caseId }],
  );
  return { rows, scanned: ending?.scanned ?? 0, last };
}

/** Counts the cases wished for among the first `look` of a list, up to `show`. */
export const countingList = (
  listing: Listing,
  most: { readonly look: number; readonly show: number },
): Asked<{ scanned: number; count: number }> =>
  asking(listStatements.counts[listing.source][listing.order], listValues(listing, undefined, most));

const byCode = statement<CaseListed>(
  'case-by-code',
  `select c.last_activity_at as at, ${shown}
   from cases c left join response_clock k on k.case_id = c.id
   where c.code = $1 and exists (
     select from audience a
     where a.case_id = c.id and a.principal = any($4::uuid[]) and (a.expires_at is null or a.expires_at > $2)
   )`,
);

/** The case of a code, if it is filed for whoever looks. */
export const findFiled = (
  db: Queryable,
  { principals, memberId, now }: Looking,
  code: string,
): Promise<CaseListed[]> => db.run(byCode, [code, now, memberId, principals]);
