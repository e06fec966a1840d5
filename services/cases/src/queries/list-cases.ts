import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  callerPrincipals,
  checkAccess,
  type CaseFilter,
  type InputOf,
  type ReplyOf,
  type listCases as contract,
} from '@definitivedx/contracts';
import { isOutOfTime, timeLimited } from '@definitivedx/db';
import { invalidInput } from '@definitivedx/errors';
import { countingList, findFiled, scanList, type CaseListed, type Listing } from '../data/lists.js';
import { amongPrincipals, searchQuery } from '../data/search.js';
import { readCaseCode } from '../domain/case-code.js';
import { fromCursor, toCursor, type Place } from '../domain/cursor.js';
import { planList } from '../domain/list-plan.js';
import { bytesOf, fitting } from '../domain/room.js';
import { nothingToLookFor, readSearch, tooMuchFound, type SearchTerms } from '../domain/search-terms.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;
type Count = NonNullable<Reply['count']>;

/** Rows that a page looks at, request by request, until it is full: few fit a narrow filter. The rest is the next page's. */
const lookAt = [4, 16, 64] as const;
/** Counting ends there. */
export const counted = { look: 5_000, show: 101 } as const;

/**
 * How long the server works on all statements of one search, in milliseconds: a word of very many texts has all of these
 * sorted, each time. Other lists are read off indices, however many cases there are.
 */
const searchTakesMs = 2_000;

interface Found {
  readonly rows: readonly CaseListed[];
  /** The last case looked at, when there may be more after it. */
  readonly last: Place | undefined;
}

/**
 * Cases that the caller may see. The projection finds them, access decides: what it refuses is left out, so that a page
 * may be short; the cursor is the last row scanned, not the last shown.
 * @throws AppError `invalid-input` for a case code or a cursor that cannot be right, and for a search without a word or that finds
 * more than can be gone through.
 */
export async function listCases(service: ServiceContext, caller: Caller, input: Input): Promise<Reply> {
  const member = asMember(caller);
  const { cursor, limit, order } = input;
  const after = cursor === undefined ? undefined : fromCursor(order, cursor);
  const wanted = wantedBy(input);
  const { principals } = await service.bus.request(callerPrincipals, member, {});
  const now = service.clock.now();
  if (wanted.code !== undefined) {
    const { memberId, organisationId } = member;
    const { principals: all } = planList({ ...input, view: 'all', panelId: undefined }, member, principals);
    const looking = { memberId, organisationId, principals: all, filedAs: null, now };
    const rows = await findFiled(service.db, looking, wanted.code);
    return show(service, member, { rows, last: undefined }, input, undefined);
  }

  const listing = await listingOf(service, member, { filter: input, principals, terms: wanted.terms, now });
  if (listing?.source === 'words') {
    const until = performance.now() + searchTakesMs;
    const found = await pageOf(service, listing, after, limit, until);
    const count = input.count ? await countWithin(service, listing, until, found) : undefined;
    return show(service, member, found, input, count);
  }
  const [found, count] = await Promise.all([
    pageOf(service, listing, after, limit),
    input.count ? countOf(service, listing) : undefined,
  ]);
  return show(service, member, found, input, count);
}

/** What is looked for beside the filter: a case by its code, in either field, or words. */
function wantedBy({ code, words, order }: Input): { readonly code?: string; readonly terms?: SearchTerms } {
  if (code !== undefined) return { code: codeFrom(code) };
  if (words === undefined) return {};
  const typed = readCaseCode(words);
  if (typed !== undefined) return { code: typed };
  if (order === 'due') {
    throw invalidInput('What is searched for comes by its latest activity.', [
      { path: 'order', message: 'Leave it out, or list without words.' },
    ]);
  }
  return { terms: readSearch(words) };
}

/** How the cases of a filter are found for a member; undefined when there can be none. */
export async function listingOf(
  { db }: Pick<ServiceContext, 'db'>,
  { memberId, organisationId }: Pick<MemberCaller, 'memberId' | 'organisationId'>,
  of: {
    readonly filter: CaseFilter;
    readonly principals: readonly string[];
    readonly terms?: SearchTerms | undefined;
    readonly now: Date;
  },
): Promise<Listing | undefined> {
  const { filter, terms } = of;
  const plan = planList(filter, { memberId, organisationId }, of.principals);
  const query = terms && (await searchQuery(db, terms));
  if (terms && query === undefined) throw nothingToLookFor();
  if (plan.principals.length === 0 || plan.statuses?.length === 0) return undefined;
  const { view, priority, unread, overdue, order } = filter;
  const inSearch = query !== undefined;
  return {
    source: inSearch ? 'words' : plan.source,
    order,
    looking: {
      memberId,
      organisationId,
      principals: plan.principals,
      filedAs: plan.filedAs,
      now: of.now,
    },
    wishes: {
      // What the other sources leave out by themselves, a search looks at.
      statuses: inSearch ? (plan.statuses ?? (plan.source === 'open' ? openOnly : undefined)) : plan.statuses,
      ...{ priority, panelId: plan.panelId, unread, overdue },
      responsible: inSearch && view === 'responsible',
      followed: inSearch && view === 'followed',
    },
    words: inSearch ? amongPrincipals(query, plan.principals) : undefined,
    narrows: plan.narrows || inSearch,
  };
}

const openOnly = ['awaiting-advice', 'awaiting-information', 'advice-given'] as const;

async function pageOf(
  { db }: ServiceContext,
  listing: Listing | undefined,
  after: Place | undefined,
  limit: number,
  until?: number,
): Promise<Found> {
  const rows: CaseListed[] = [];
  if (listing === undefined) return { rows, last: undefined };
  let place = after;
  for (const times of listing.narrows ? lookAt : [1]) {
    const most = { look: limit * times, show: limit - rows.length };
    const scan = await inTime(until, (left) => scanList(db, listing, place, most, left));
    if (scan === undefined) {
      if (place === after) throw tooMuchFound();
      // As far as it got; the next page goes on from there.
      return { rows, last: place };
    }
    const { rows: found, scanned, last } = scan;
    rows.push(...found);
    const isLast = scanned < most.look;
    if (rows.length === limit) {
      const end = rows.at(-1);
      const isEnd = isLast && end?.caseId === last?.caseId;
      return { rows, last: isEnd ? undefined : end };
    }
    if (isLast) return { rows, last: undefined };
    place = last;
  }
  return { rows, last: place };
}

async function countOf({ db }: ServiceContext, listing: Listing | undefined): Promise<Count> {
  if (listing === undefined) return { count: 0, more: false };
  const [[row]] = await db.runAll(countingList(listing, counted));
  return cappedCount(row);
}

/** Counts in what the page left of the time; else says that there are more than those on the page. */
async function countWithin(
  { db }: ServiceContext,
  listing: Listing,
  until: number,
  { rows }: Found,
): Promise<Count> {
  const answers = await inTime(until, (left = 0) =>
    db.runAll(timeLimited(left), countingList(listing, counted)),
  );
  return answers ? cappedCount(answers[1][0]) : { count: rows.length, more: true };
}

/** Searches in what is left of the time, if there is a bound. @returns undefined when that was not enough. */
async function inTime<T>(
  until: number | undefined,
  search: (leftMs?: number) => Promise<T>,
): Promise<T | undefined> {
  if (until === undefined) return search();
  const left = until - performance.now();
  if (left <= 0) return undefined;
  try {
    return await search(left);
  } catch (error) {
    if (isOutOfTime(error)) return undefined;
    throw error;
  }
}

/** A count as it is said. */
export function cappedCount(row: { scanned: number; count: number } | undefined): Count {
  const { scanned, count } = row ?? { scanned: 0, count: 0 };
  const most = counted.show - 1;
  return { count: Math.min(count, most), more: count > most || scanned === counted.look };
}

/** Has access confirm what was found, and writes it as it is read. */
async function show(
  service: ServiceContext,
  member: MemberCaller,
  { rows, last }: Found,
  { order }: Input,
  count: Count | undefined,
): Promise<Reply> {
  const scanned = fitting(rows, ({ question }) => bytesOf(question));
  const end = scanned.length < rows.length ? scanned.at(-1) : last;
  const nextCursor = end === undefined ? null : toCursor(order, end);
  const counts = count === undefined ? {} : { count };
  if (scanned.length === 0) return { cases: [], nextCursor, ...counts };
  const caseIds = scanned.map(({ caseId }) => caseId);
  const { allowed } = await service.bus.request(checkAccess, member, { caseIds, purpose: 'list' });
  const shown = new Set(allowed.map(({ caseId }) => caseId));
  return {
    cases: scanned
      .filter(({ caseId }) => shown.has(caseId))
      .map(({ at: _at, ...row }) => ({
        ...row,
        answerBy: row.answerBy?.toISOString() ?? null,
        createdAt: row.createdAt.toISOString(),
        lastActivityAt: row.lastActivityAt.toISOString(),
      })),
    nextCursor,
    ...counts,
  };
}

function codeFrom(typed: string): string {
  const code = readCaseCode(typed);
  if (code !== undefined) return code;
  throw invalidInput('That is not a case code.', [
    {
      path: 'code',
      message: 'Compare it with what was written down: a symbol is wrong, missing or out of place.',
    },
  ]);
}
