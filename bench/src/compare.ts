import { cpuBetween, cpuUsed, untilQuiet, type CpuUsed } from './cpu.js';
import { load, quantile, type Call, type Measured } from './load.js';

export interface Side {
  readonly url: URL;
  readonly next: (i: number) => Call;
  readonly expected: number;
  /** Name → id of each process whose CPU is the operation's. */
  readonly processes: () => Readonly<Record<string, number>>;
}

/** What was measured, with the CPU µs per operation of each process. */
export interface Costed extends Measured {
  readonly cpuMicros: CpuUsed;
}

interface Round {
  readonly ours: Costed;
  readonly floor: Costed;
}

export interface Comparison {
  readonly flow: string;
  readonly rounds: readonly Round[];
  readonly throughput: Spread;
  readonly p99: Spread;
}

/** Median of the per-round ratios, with the smallest and largest. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: sorted[0] ?? Number.NaN, high: sorted.at(-1) ?? Number.NaN };
}

/** Measures something with what it costs until the last of its effects is done. */
export async function costed(
  processes: Readonly<Record<string, number>>,
  measure: () => Promise<Measured>,
): Promise<Costed> {
  const before = cpuUsed(processes);
  const measured = await measure();
  await untilQuiet(processes);
  const used = cpuBetween(before, cpuUsed(processes));
  const perOperation = ([name, seconds]: [string, number]): [string, number] => [
    name,
    (seconds * 1e6) / Math.max(1, measured.done),
  ];
  return { ...measured, cpuMicros: Object.fromEntries(Object.entries(used).map(perOperation)) };
}

/** Measures a flow of the system and its floor in turn, round by round, the first of each round alternating. */
export async function compare(
  flow: string,
  sides: { readonly ours: Side; readonly floor: Side },
  options: { readonly rounds: number; readonly seconds: number; readonly clients: number },
  note: (line: string) => void,
  analyze: () => Promise<void>,
): Promise<Comparison> {
  const one = (side: Side): Promise<Costed> =>
    costed(side.processes(), () =>
      load(side.url, options.clients, options.seconds, side.next, side.expected),
    );
  await load(sides.ours.url, options.clients, 2, sides.ours.next, sides.ours.expected);
  await untilQuiet(sides.ours.processes());
  await load(sides.floor.url, options.clients, 1, sides.floor.next, sides.floor.expected);
  await analyze();
  const rounds: Round[] = [];
  for (let i = 0; i < options.rounds; i += 1) {
    const first = i % 2 === 0 ? await one(sides.floor) : undefined;
    const ours = await one(sides.ours);
    const floor = first ?? (await one(sides.floor));
    rounds.push({ ours, floor });
    note(
      `  ${flow} round ${String(i + 1)}: ${ours.perSecond.toFixed(0)}/s (p99 ${ours.p99.toFixed(1)} ms, ${String(ours.failed)} failed) against ` +
        `${floor.perSecond.toFixed(0)}/s (p99 ${floor.p99.toFixed(1)} ms): ${(ours.perSecond / floor.perSecond).toFixed(3)}`,
    );
  }
  return {
    flow,
    rounds,
    throughput: spreadOf(rounds.map((r) => r.ours.perSecond / r.floor.perSecond)),
    p99: spreadOf(rounds.map((r) => r.ours.p99 / r.floor.p99)),
  };
}
