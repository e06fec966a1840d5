import type { Order } from '../domain/cursor.js';

/**
 * Where the cases of a list come from: all that are filed for a member, the open ones of these, those they answer for,
 * those they follow, or those that say what they look for.
 */
export type Source = 'filed' | 'open' | 'answered' | 'followed' | 'words';

// Parameters of every scan: $1 the principals, $2 now, $3 the member, $4 the organisation they act for, $5 and $6 the place to start
// after, $7 how many to look at, $12 whether overdue ones alone, $16 as what they must be filed; $17 the words.

/** Whether a row `a` of the audience counts. */
const counts = `(a.expires_at is null or a.expires_at > $2) and ($16::text is null or a.kind = $16::text)`;

/**
 * That a case is filed for the member: one row with nothing in it, or none. Written so that no index of principals can
 * serve it, by which all that is filed under one would be read for each case.
 */
const filedFor = (caseId: string): string => `
  cross join lateral (
    select from audience a where a.case_id = ${caseId} and array_position($1::uuid[], a.principal) is not null and ${counts} limit 1
  ) mine`;

/** Nothing is overdue that is due later; a bound of the index, not only a condition. */
const dueUntil = `case when $12::boolean then $2 else 'infinity'::timestamptz end`;

const byActivity = (only: string): string => `
  a.last_activity_at as at, a.case_id from audience a
  where a.principal = mine.principal and ${only} ${counts}
    and (a.last_activity_at, a.case_id) < ($5::timestamptz, $6::uuid)
  order by a.last_activity_at desc, a.case_id desc limit $7`;

const byDue = `
  a.due_at as at, a.case_id from audience a
  where a.principal = mine.principal and a.due_at is not null and ${counts}
    and (a.due_at, a.case_id) > ($5::timestamptz, $6::uuid) and a.due_at <= ${dueUntil}
  order by a.due_at, a.case_id limit $7`;

// Each principal's list is an index range of its own; only the heads are merged, so a page costs the same however
// many cases there are. The inner `distinct` keeps a case shared twice with one principal from shortening its list,
// the outer one merges principals: all rows of a case carry the same last activity, and are due at the same time.
const merged = (head: string, direction: 'desc' | 'asc'): string => `
  select distinct found.at, found.case_id
  from unnest($1::uuid[]) as mine (principal) cross join lateral (select distinct ${head}) found
  order by found.at ${direction}, found.case_id ${direction} limit $7`;

/**
 * What somebody asked is theirs while they act for the practice it belongs to; else a case `c` counts when it is filed for
 * them in another way. Left to where the case itself is looked at.
 */
export const askedHere = `(c.requester_id <> $3::uuid or c.organisation_id = $4::uuid or (
  select true from audience a where a.case_id = c.id and a.kind <> 'requester'
    and array_position($1::uuid[], a.principal) is not null and ${counts} limit 1))`;

/** From a list of a member's own, which is short enough to be sorted whole. */
const own = (from: string): Readonly<Record<Order, string>> => ({
  activity: `
    select c.last_activity_at as at, o.case_id from ${from}
    cross join lateral (select * from cases where id = o.case_id offset 0) c ${filedFor('o.case_id')}
    where (c.last_activity_at, o.case_id) < ($5::timestamptz, $6::uuid)
    order by 1 desc, 2 desc limit $7`,
  due: `
    select k.due_at as at, o.case_id from ${from}
    cross join lateral (select * from response_clock where case_id = o.case_id offset 0) k ${filedFor('o.case_id')}
    where k.running_since is not null and (k.due_at, o.case_id) > ($5::timestamptz, $6::uuid)
      and k.due_at <= ${dueUntil}
    order by 1, 2 limit $7`,
});

const responsible = `(
  select case_id from responsibility where member_id = $3::uuid and until_at is null offset 0) o`;
const following = `(select case_id from follow where member_id = $3::uuid offset 0) o`;

// The index gives the cases that are filed for the member and have the words; grants that have run out are still among
// them. Sorted first, so that no more of these are looked up in the audience than a page takes.
const saying = `
  select latest.at, latest.case_id
  from (
    select c.last_activity_at as at, t.case_id
    from case_text t cross join lateral (select * from cases where id = t.case_id offset 0) c
    where t.document @@ $17::tsquery and (c.last_activity_at, t.case_id) < ($5::timestamptz, $6::uuid)
    order by 1 desc, 2 desc offset 0
  ) latest ${filedFor('latest.case_id')}
  order by latest.at desc, latest.case_id desc limit $7`;

const scansOf = {
  filed: { activity: merged(byActivity(''), 'desc'), due: merged(byDue, 'asc') },
  // Whatever is due is open.
  open: { activity: merged(byActivity('a.open and'), 'desc'), due: merged(byDue, 'asc') },
  answered: own(responsible),
  followed: own(following),
  words: { activity: saying, due: saying },
} satisfies Readonly<Record<Source, Readonly<Record<Order, string>>>>;

/** SQL for the next places of a list: `at` and `case_id`, in the order of the list. */
export const scans: Readonly<Record<Source, Readonly<Record<Order, string>>>> = scansOf;
