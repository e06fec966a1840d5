import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caseFilter, countCases, everyonePrincipal, listCases } from '@definitivedx/contracts';
import { loadCases } from '@definitivedx/testing';
import { listStatements, listValues, pageStatement, type Listing } from '../src/data/lists.js';
import { listingOf } from '../src/queries/list-cases.js';
import { readSearch } from '../src/domain/search-terms.js';
import { Clinic, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;

const loaded = { cases: 30_000, mine: 3_000 };

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  panel = await clinic.panel();
  const { organisationId } = await gp.caller();
  await loadCases(
    { casesUrl: clinic.world.adminUrl('cases'), accessUrl: clinic.world.adminUrl('access') },
    {
      ...loaded,
      whose: {
        requesterId: gp.memberId,
        practiceId: organisationId,
        panelId: panel.panelId,
        specialistId: panel.onCall.memberId,
      },
      now: clinic.world.clock.now(),
    },
    () => undefined,
  );
}, 120_000);
afterAll(() => clinic.world.stop());

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Node[];
}

/** The tables that a plan reads whole, and the indexes it reads. */
interface Reads {
  readonly whole: string[];
  readonly indexes: Set<string>;
}

function readsOf(node: Node, reads: Reads = { whole: [], indexes: new Set() }): Reads {
  if (node['Node Type'] === 'Seq Scan') reads.whole.push(node['Relation Name'] ?? '');
  if (node['Index Name'] !== undefined) reads.indexes.add(node['Index Name']);
  for (const child of node.Plans ?? []) readsOf(child, reads);
  return reads;
}

/** As the services plan, who do so once, without knowing the values (libs/db). */
async function planned({ text }: { readonly text: string }, list: Listing): Promise<Reads> {
  const plan = await clinic.rows<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `explain (generic_plan, format json) ${text}`,
    listValues(list, undefined, { look: 50, show: 50 }),
  );
  return readsOf(plan[0]!['QUERY PLAN'][0].Plan);
}

/** How a filter is found for the doctor on call, or for the GP when it is theirs. */
async function listing(filter: object, words?: string): Promise<Listing> {
  const member = await ('view' in filter && filter.view === 'mine' ? gp : panel.onCall).caller();
  const made = await listingOf({ db: clinic.db }, member, {
    filter: caseFilter.parse(filter),
    principals: [member.memberId, panel.panelId, everyonePrincipal],
    terms: words === undefined ? undefined : readSearch(words),
    now: clinic.world.clock.now(),
  });
  return made!;
}

const large = ['cases', 'audience', 'post', 'response_clock', 'responsibility', 'case_text', 'read_mark'];

describe('the plan of', () => {
  interface Expected {
    readonly of: string;
    readonly filter: object;
    readonly index: string;
    readonly words?: string;
  }
  const lists: Expected[] = [
    { of: 'all', filter: {}, index: 'audience_inbox' },
    { of: 'mine', filter: { view: 'mine' }, index: 'audience_inbox' },
    { of: "my panels' open cases", filter: { view: 'panels', state: 'open' }, index: 'audience_open' },
    { of: 'one panel', filter: { panelId: 'mine' }, index: 'audience_inbox' },
    {
      of: 'another panel',
      filter: { panelId: '00000004-10ad-7000-8000-000000000001' },
      index: 'audience_inbox',
    },
    { of: 'those I answer for', filter: { view: 'responsible' }, index: 'responsibility_of_member' },
    {
      of: 'those I answer for, by due time',
      filter: { view: 'responsible', order: 'due' },
      index: 'responsibility_of_member',
    },
    { of: 'followed', filter: { view: 'followed' }, index: 'follow_pkey' },
    { of: 'unread', filter: { unread: true }, index: 'audience_inbox' },
    { of: 'due', filter: { order: 'due' }, index: 'audience_due' },
    { of: 'overdue', filter: { order: 'due', overdue: true }, index: 'audience_due' },
    { of: 'closed', filter: { statuses: ['closed'] }, index: 'audience_inbox' },
    { of: 'awaiting advice', filter: { statuses: ['awaiting-advice'] }, index: 'audience_open' },
    { of: 'urgent', filter: { priority: 'urgent' }, index: 'audience_inbox' },
    { of: 'a search', filter: {}, index: 'case_text_words', words: 'fever' },
    {
      of: 'a search by phrase and beginning',
      filter: {},
      index: 'case_text_words',
      words: '"chest clear" amoxi*',
    },
    {
      of: 'a narrowed search',
      filter: { state: 'open', priority: 'urgent' },
      index: 'case_text_words',
      words: 'wheeze',
    },
  ];

  it.each(lists)('$of reads indexes alone, a page and the count', async ({ filter, index, words }) => {
    const wanted = {
      ...filter,
      ...('panelId' in filter && filter.panelId === 'mine' ? { panelId: panel.panelId } : {}),
    };
    const list = await listing(wanted, words);
    const { source, order } = list;
    const plans = [
      await planned(pageStatement(list), list),
      await planned(listStatements.narrowed[source][order], list),
      await planned(listStatements.counts[source][order], list),
    ];
    for (const { whole, indexes } of plans) {
      expect(whole.filter((table) => large.includes(table))).toEqual([]);
      expect([...indexes]).toContain(index);
    }
  });
});

describe('with many cases', () => {
  it('all of mine are listed once each, page by page, by access’s leave', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    const moments: string[] = [];
    do {
      const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(cursor);
      seen.push(...page.cases.map(({ caseId }) => caseId));
      moments.push(...page.cases.map(({ lastActivityAt }) => lastActivityAt));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(loaded.mine);
    expect(seen).toHaveLength(loaded.mine);
    expect(moments).toEqual(moments.toSorted().toReversed());
  }, 60_000);

  const pageOf = async (cursor: string | null) =>
    clinic.world.request(listCases, await gp.caller(), {
      view: 'mine',
      limit: 100,
      ...(cursor === null ? {} : { cursor }),
    });

  it('counts end at a hundred, and say so', async () => {
    const counts = await clinic.world.request(countCases, await gp.caller(), {});
    expect(counts.mine).toEqual({ count: 100, more: true });
    expect(counts.panels).toEqual({ count: 0, more: false });
    const { count } = await clinic.world.request(listCases, await gp.caller(), {
      count: true,
      words: 'fever',
    });
    expect(count).toEqual({ count: 100, more: true });
  });
});

it('a plan that has lost its index is found out', async () => {
  await clinic.rows('drop index case_text_words, audience_due');
  const [search, due] = [await listing({}, 'fever'), await listing({ order: 'due' })];
  const { whole } = await planned(pageStatement(search), search);
  expect(whole).toContain('case_text');
  const { indexes } = await planned(pageStatement(due), due);
  expect([...indexes]).not.toContain('audience_due');
});
