import { Agent } from 'node:http';
import { inTurn, medianOf, ratioOf, type Contender, type Rounds } from '../access/rounds.js';
import { spreadOf, type Costed, type Spread } from '../compare.js';
import { total } from '../cpu.js';
import { openInboxStage, type Filled, type InboxStage, type Size } from '../inbox/stage.js';
import { send, type Call } from '../load.js';
import type { Options } from '../options.js';
import type { Section } from '../section.js';

/** What is searched for: from words of nearly every case to one of a few, phrases and beginnings. */
const searches = [
  ...[
    'fever',
    'cough',
    'wheeze',
    'jaundice',
    'stammer',
    'staring spells',
    'petechiae',
    'fever wheeze',
    'colchicine',
  ],
  ...[
    '"chest clear"',
    '"strawberry tongue"',
    'amoxicillin rash',
    'zinc sulphate',
    '"cold hands"',
    'methotrexate',
  ],
  ...[
    'acanthosis',
    'heliotrope',
    '"double vision" prednisolone',
    'hoarseness melatonin',
    'clubbing',
    'L1428',
    'L7',
  ],
];

interface Page {
  readonly cases: readonly { readonly caseId: string; readonly lastActivityAt: string }[];
  readonly nextCursor: string | null;
}

/** Opening the inbox and searching: as cases grow, and against the same statements in a bare program. */
export async function inboxFlow(
  options: Options,
  note: (line: string) => void,
  cases: number,
  profiles: string | undefined,
): Promise<Section[]> {
  const sizes = {
    small: { cases: 10_000, mine: 2_000 },
    large: { cases, mine: Math.min(20_000, Math.floor(cases / 5)) },
  };
  const stage = await openInboxStage(sizes, note, profiles);
  const agents = [1, 2, 3].map(() => new Agent({ keepAlive: true, maxSockets: options.clients }));
  try {
    const [small, large, floor] = agents as [Agent, Agent, Agent];
    const pages = await contendersOf(stage, { small, large, floor });
    const rounds = await inTurn(pages, options, note);
    return [asItGrows(rounds, sizes, options), againstTheFloor(rounds, sizes.large, options)];
  } finally {
    for (const agent of agents) agent.destroy();
    await stage.stop();
  }
}

async function contendersOf(stage: InboxStage, agents: Readonly<Record<'small' | 'large' | 'floor', Agent>>) {
  const of = (filled: Filled, agent: Agent, call: (i: number) => Call): Contender => ({
    processes: filled.processes,
    operation: async (i) => (await send(agent, new URL(filled.system.url), call(i))).status === 200,
  });
  const ofFloor = (path: (i: number) => string): Contender => ({
    processes: stage.floorProcesses,
    operation: async (i) => {
      const { status } = await send(agents.floor, stage.floorUrl, { method: 'GET', path: path(i) });
      return status === 200;
    },
  });
  const open = (filled: Filled, cursor?: string): Call => ({
    method: 'GET',
    path: `/api/v1/cases?limit=50${cursor === undefined ? '' : `&cursor=${cursor}`}`,
    headers: filled.gp.headers,
  });
  const words = (i: number): string => searches[i % searches.length] ?? '';
  const searching =
    (filled: Filled): ((i: number) => Call) =>
    (i) => ({
      method: 'POST',
      path: '/api/v1/cases/search',
      headers: filled.gp.headers,
      body: JSON.stringify({ words: words(i), limit: 50 }),
    });
  const [smallMiddle, largeMiddle] = [
    await middleOf(stage.small, agents.small, open),
    await middleOf(stage.large, agents.large, open),
  ];
  const { at, id } = largeMiddle;
  return {
    first: of(stage.small, agents.small, () => open(stage.small)),
    firstLarge: of(stage.large, agents.large, () => open(stage.large)),
    firstFloor: ofFloor(() => '/'),
    middle: of(stage.small, agents.small, () => open(stage.small, smallMiddle.cursor)),
    middleLarge: of(stage.large, agents.large, () => open(stage.large, largeMiddle.cursor)),
    middleFloor: ofFloor(() => `/?at=${encodeURIComponent(at)}&id=${id}`),
    search: of(stage.large, agents.large, searching(stage.large)),
    searchFloor: ofFloor((i) => `/?words=${encodeURIComponent(words(i))}`),
  };
}

/** The place of the middle of a list, come to page by page. @throws Error when the list is not as long as was loaded */
async function middleOf(
  filled: Filled,
  agent: Agent,
  open: (filled: Filled, cursor?: string) => Call,
): Promise<{ cursor: string; at: string; id: string }> {
  let cursor: string | undefined;
  let seen = 0;
  while (seen < filled.mine / 2) {
    const { body, status } = await send(agent, new URL(filled.system.url), open(filled, cursor));
    const page = JSON.parse(body) as Page;
    const last = status === 200 ? page.cases.at(-1) : undefined;
    if (last === undefined || page.nextCursor === null) {
      throw new Error(
        `the list ends after ${String(seen)} of ${String(filled.mine)} cases (${String(status)})`,
      );
    }
    seen += page.cases.length;
    cursor = page.nextCursor;
    if (seen >= filled.mine / 2) return { cursor, at: last.lastActivityAt, id: last.caseId };
  }
  throw new Error('there is nothing in the list');
}

type Name = keyof Awaited<ReturnType<typeof contendersOf>>;

const time = (measured: Costed): number => 1 / measured.perSecond;
const cpu = (measured: Costed): number => total(measured.cpuMicros);
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const spread = (s: Spread): string => `**${s.median.toFixed(2)}** (${s.low.toFixed(2)}–${s.high.toFixed(2)})`;
const measuredHow = ({ rounds, seconds, clients }: Options): string =>
  `${String(rounds)} rounds of ${String(seconds)} s, ${String(clients)} in flight, all in turn.`;

/** The CPU of an operation by process, the dearest first. */
function parts(rounds: Rounds<Name>, name: Name): string {
  const processes = Object.keys(rounds[0]?.[name].cpuMicros ?? {});
  return processes
    .map((process) => ({ process, micros: medianOf(rounds, (m) => m.cpuMicros[process] ?? 0, name) }))
    .sort((a, b) => b.micros - a.micros)
    .map(({ process, micros }) => `${process} ${micros.toFixed(0)}`)
    .join(', ');
}

function asItGrows(
  rounds: Rounds<Name>,
  { small, large }: { readonly small: Size; readonly large: Size },
  options: Options,
): Section {
  const row = (title: string, name: Name, other: Name): string[] => [
    title,
    ms(medianOf(rounds, (m) => m.p50, name)),
    ms(medianOf(rounds, (m) => m.p50, other)),
    spread(ratioOf(rounds, time, other, name)),
    medianOf(rounds, cpu, name).toFixed(0),
    medianOf(rounds, cpu, other).toFixed(0),
    spread(ratioOf(rounds, cpu, other, name)),
  ];
  const said = ({ cases, mine }: Size): string =>
    `${cases.toLocaleString('en')} cases of which ${mine.toLocaleString('en')} are mine`;
  return {
    title: 'The inbox as cases grow',
    about: `A page of 50 with unread counts and due times, confirmed by access: ${said(small)} against ${said(large)}. ${measuredHow(options)} The ratio of times is that of the throughputs.`,
    head: [
      '',
      'p50',
      'p50, large',
      'time, large to small',
      'CPU µs/op',
      'CPU µs/op, large',
      'CPU, large to small',
    ],
    rows: [row('first page', 'first', 'firstLarge'), row('a page in the middle', 'middle', 'middleLarge')],
  };
}

function againstTheFloor(rounds: Rounds<Name>, { cases, mine }: Size, options: Options): Section {
  const ratio = (of: (measured: Costed) => number, name: Name, floor: Name): string =>
    spread(spreadOf(rounds.map((round) => of(round[name]) / of(round[floor]))));
  const row = (title: string, name: Name, floor: Name): string[] => [
    title,
    ms(medianOf(rounds, (m) => m.p50, name)),
    ms(medianOf(rounds, (m) => m.p50, floor)),
    ratio(time, name, floor),
    ms(medianOf(rounds, (m) => m.p95, name)),
    ms(medianOf(rounds, (m) => m.p95, floor)),
    ratio((m) => m.p95, name, floor),
    ...[name, floor].map((side) => medianOf(rounds, cpu, side).toFixed(0)),
    parts(rounds, name),
  ];
  return {
    title: 'Inbox and search against the floor',
    about: `${cases.toLocaleString('en')} cases, ${mine.toLocaleString('en')} of them mine. Floor: the same select and the same rows of the audit by a bare program, which asks nobody who may see them. ${String(searches.length)} searches, from words of nearly every case to words of a few. ${measuredHow(options)}`,
    head: [
      ...['', 'p50', 'p50 floor', 'time to floor', 'p95', 'p95 floor', 'p95 to floor'],
      ...['CPU µs/op', 'CPU µs/op floor', 'of it'],
    ],
    rows: [
      row('first page', 'firstLarge', 'firstFloor'),
      row('a page in the middle', 'middleLarge', 'middleFloor'),
      row('a search', 'search', 'searchFloor'),
    ],
  };
}
