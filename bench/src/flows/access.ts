import { openAccessStage, pageSize, type AccessStage, type Populated } from '../access/stage.js';
import { inTurn, medianOf, ratioOf, type Contender, type Rounds } from '../access/rounds.js';
import type { Question } from '../access/questions.js';
import type { Costed, Spread } from '../compare.js';
import { total } from '../cpu.js';
import type { Options } from '../options.js';
import { overGrpc, overHttp, type Checker } from '../peer/openfga-client.js';
import { startOpenfga, type Openfga } from '../peer/openfga.js';
import { closedLoop } from '../load.js';
import type { Section } from '../section.js';

const sizes = {
  small: { grants: 10_000, members: 1_000 },
  large: { grants: 1_000_000, members: 200_000 },
};

/** So many pairs are asked of both before anything is measured. */
const agreedOn = 5_000;

/** How all of it is measured, for the page. */
const measuredHow = ({ rounds, seconds, clients }: Options): string =>
  `${String(rounds)} rounds of ${String(seconds)} s, ${String(clients)} in flight, all in turn.`;

const perSecond = (measured: Costed): number => measured.perSecond;
/** The time of one, as each of the clients waits for it. */
const time = (measured: Costed): number => 1 / measured.perSecond;
const p50 = (measured: Costed): number => measured.p50;
const p99 = (measured: Costed): number => measured.p99;
const cpu = (measured: Costed): number => total(measured.cpuMicros);

/** The speed of decisions: against OpenFGA when asked for, with the audit, by the page, and as grants and members grow. */
export async function accessFlow(
  options: Options,
  note: (line: string) => void,
  { peer, profiles }: { readonly peer?: string | undefined; readonly profiles?: string | undefined },
): Promise<Section[]> {
  if (peer !== undefined && peer !== 'openfga')
    throw new Error(`There is no peer ${peer}; there is openfga.`);
  const stage = await openAccessStage(sizes, note, profiles);
  try {
    const sections = peer === undefined ? [] : [await againstOpenfga(stage, options, note)];
    sections.push(await ofChecks(stage.small, options, note));
    sections.push(await asItGrows(stage, options, note));
    return sections;
  } finally {
    await stage.stop();
  }
}

function nth<T>(all: readonly T[], i: number): T {
  const found = all[i % all.length];
  if (found === undefined) throw new Error('there is nothing to ask about');
  return found;
}

/** Whoever asks for themselves, each once. */
const askersOf = ({ questions: { pairs, pages, forAll } }: Populated, count: number) => {
  const asking = [...pairs.slice(0, count), ...pages, ...forAll];
  return { pairs: pairs.slice(0, count), vouch: asking };
};

/** So many of the questions are asked by the people themselves, whose tokens are signed anew before each round. */
const askedInPerson = 1_500;

function contendersOf(populated: Populated) {
  const { bus, questions, processes } = populated;
  const { pairs, vouch } = askersOf(populated, askedInPerson);
  const before = (): Promise<void> => bus.vouchFor(vouch);
  const always = async (answer: Promise<unknown>): Promise<boolean> => {
    await answer;
    return true;
  };
  return {
    check: { processes, operation: (i) => always(bus.maySee(nth(questions.pairs, i))) },
    page: { processes, operation: (i) => always(bus.maySeePage(nth(questions.pages, i))) },
    audited: {
      ...{ processes, before },
      operation: (i) => always(bus.check(nth(pairs, i), [nth(pairs, i).caseId], 'read')),
    },
    auditedPage: {
      ...{ processes, before },
      operation: (i) => always(bus.check(nth(questions.pages, i), nth(questions.pages, i).caseIds, 'list')),
    },
    audience: {
      ...{ processes, before },
      operation: async (i) => (await bus.audience(nth(questions.forAll, i))).reach.members > 0,
    },
  } satisfies Record<string, Contender>;
}

async function againstOpenfga(
  stage: AccessStage,
  options: Options,
  note: (line: string) => void,
): Promise<Section> {
  const { small } = stage;
  const openfga = await startOpenfga(stage.postgres, small.adminUrl, stage.dir, note);
  const grpc = await overGrpc(openfga.store);
  const checkers = [overHttp(openfga.store, options.clients), grpc];
  try {
    const refused = await assertAgreement(small, grpc);
    note(`  ${String(agreedOn)} answers agree, ${String(refused)} of them refusals`);
    const checker = await faster(checkers, small.questions.pairs, options.clients, note);
    const rounds = await inTurn(
      {
        access: contendersOf(small).check,
        openfga: {
          processes: openfga.processes,
          operation: async (i) => {
            await checker.check(nth(small.questions.pairs, i));
            return true;
          },
        },
      },
      options,
      note,
    );
    return peerSection(rounds, options, { openfga, checker, refused });
  } finally {
    for (const checker of checkers) checker.close();
    await openfga.stop();
  }
}

/** @returns how many of the answers are refusals. */
async function assertAgreement(of: Populated, checker: Checker): Promise<number> {
  let refused = 0;
  const differing: Question[] = [];
  const pairs = of.questions.pairs.slice(0, agreedOn);
  for (let i = 0; i < pairs.length; i += 16) {
    await Promise.all(
      pairs.slice(i, i + 16).map(async (pair) => {
        const [ours, theirs] = await Promise.all([of.bus.maySee(pair), checker.check(pair)]);
        if (ours !== theirs) differing.push(pair);
        if (!ours) refused += 1;
      }),
    );
  }
  if (pairs.length < agreedOn || differing.length > 0) {
    throw new Error(
      `of ${pairs.length} answers ${differing.length} differ from OpenFGA's, for instance about ${JSON.stringify(differing[0])}`,
    );
  }
  return refused;
}

/** Whichever of OpenFGA's APIs answers more in the same time. */
async function faster(
  checkers: readonly Checker[],
  pairs: readonly Question[],
  clients: number,
  note: (line: string) => void,
): Promise<Checker> {
  const tried: { checker: Checker; perSecond: number }[] = [];
  for (const seconds of [1, 3]) {
    for (const checker of checkers) {
      const measured = await closedLoop(clients, seconds, async (i) => {
        await checker.check(nth(pairs, i));
        return true;
      });
      if (seconds === 3) tried.push({ checker, perSecond: measured.perSecond });
    }
  }
  tried.sort((a, b) => b.perSecond - a.perSecond);
  note(`  OpenFGA over ${tried.map((t) => `${t.checker.name} ${t.perSecond.toFixed(0)}/s`).join(', ')}`);
  return nth(tried, 0).checker;
}

const spread = (s: Spread): string => `**${s.median.toFixed(2)}** (${s.low.toFixed(2)}–${s.high.toFixed(2)})`;

/** What each did: throughput, latencies, CPU. */
function cells<Name extends string>(rounds: Rounds<Name>, name: Name): string[] {
  return [
    `${medianOf(rounds, perSecond, name).toFixed(0)}/s`,
    `${medianOf(rounds, p50, name).toFixed(1)} ms`,
    `${medianOf(rounds, p99, name).toFixed(1)} ms`,
    medianOf(rounds, cpu, name).toFixed(0),
  ];
}
const cellHeads = ['throughput', 'p50', 'p99', 'CPU µs/op'];

function peerSection(
  rounds: Rounds<'access' | 'openfga'>,
  options: Options,
  { openfga, checker, refused }: { openfga: Openfga; checker: Checker; refused: number },
): Section {
  return {
    title: 'A check against OpenFGA',
    about:
      `Access over NATS, without audit, and OpenFGA ${openfga.version} over ${checker.name} (the faster of its two APIs here), on one PostgreSQL ` +
      `server: ${String(sizes.small.grants)} grants, ${String(openfga.tuples)} tuples. ${String(agreedOn)} answers agreed before, ` +
      `${String(refused)} of them refusals. ${measuredHow(options)}`,
    head: ['', ...cellHeads, 'throughput ratio', 'p99 ratio'],
    rows: [
      [
        'access',
        ...cells(rounds, 'access'),
        spread(ratioOf(rounds, perSecond, 'access', 'openfga')),
        spread(ratioOf(rounds, p99, 'access', 'openfga')),
      ],
      ['OpenFGA', ...cells(rounds, 'openfga'), '', ''],
    ],
  };
}

async function ofChecks(small: Populated, options: Options, note: (line: string) => void): Promise<Section> {
  const { check, page, audited, auditedPage } = contendersOf(small);
  const rounds = await inTurn({ check, audited, page, auditedPage }, options, note);
  const row = (title: string, name: keyof (typeof rounds)[number], ratio: string): string[] => [
    title,
    ...cells(rounds, name),
    ratio,
  ];
  return {
    title: 'Checks with their audit, and by the page',
    about: `${String(sizes.small.grants)} grants. ${measuredHow(options)} The time of one is the inverse of the throughput.`,
    head: ['', ...cellHeads, 'ratio'],
    rows: [
      row('a check', 'check', ''),
      row(
        'with its row of the audit',
        'audited',
        `${spread(ratioOf(rounds, perSecond, 'audited', 'check'))} of the throughput of a check`,
      ),
      row(
        `a page of ${String(pageSize)}`,
        'page',
        `${spread(ratioOf(rounds, time, 'page', 'check'))} times the time of a check`,
      ),
      row(
        `a page of ${String(pageSize)}, with its ${String(pageSize)} rows of the audit`,
        'auditedPage',
        `${spread(ratioOf(rounds, time, 'auditedPage', 'audited'))} times the time of one with its row`,
      ),
    ],
  };
}

async function asItGrows(
  stage: AccessStage,
  options: Options,
  note: (line: string) => void,
): Promise<Section> {
  const [small, large] = [contendersOf(stage.small), contendersOf(stage.large)];
  const rounds = await inTurn(
    {
      check: small.check,
      checkLarge: large.check,
      audited: small.audited,
      auditedLarge: large.audited,
      audience: small.audience,
      audienceLarge: large.audience,
    },
    options,
    note,
  );
  type Name = keyof (typeof rounds)[number];
  const row = (title: string, name: Name, other: Name): string[] => [
    title,
    `${medianOf(rounds, p50, name).toFixed(1)} ms`,
    `${medianOf(rounds, p50, other).toFixed(1)} ms`,
    spread(ratioOf(rounds, time, other, name)),
    medianOf(rounds, cpu, name).toFixed(0),
    medianOf(rounds, cpu, other).toFixed(0),
    spread(ratioOf(rounds, cpu, other, name)),
  ];
  const [a, b] = [sizes.small, sizes.large].map(
    ({ grants, members }) => `${grants.toLocaleString('en')} grants, ${members.toLocaleString('en')} members`,
  );
  return {
    title: 'As grants and members grow',
    about: `Two databases on one server: ${a ?? ''} against ${b ?? ''}. ${measuredHow(options)} The ratio of times is that of the throughputs.`,
    head: [
      '',
      'p50',
      'p50, large',
      'time, large to small',
      'CPU µs/op',
      'CPU µs/op, large',
      'CPU, large to small',
    ],
    rows: [
      row('a check', 'check', 'checkLarge'),
      row('with its row of the audit', 'audited', 'auditedLarge'),
      row('who can see this, of a case all members may see', 'audience', 'audienceLarge'),
    ],
  };
}
