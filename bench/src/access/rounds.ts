import { costed, spreadOf, type Costed, type Spread } from '../compare.js';
import { untilQuiet } from '../cpu.js';
import { closedLoop, type Operation } from '../load.js';
import type { Options } from '../options.js';

/** One of several things measured in turn. */
export interface Contender {
  readonly operation: Operation;
  readonly processes: () => Readonly<Record<string, number>>;
  /** Run before each of its rounds, and not measured. */
  readonly before?: () => Promise<void>;
}

/** What each contender did, round by round. */
export type Rounds<Name extends string> = readonly Readonly<Record<Name, Costed>>[];

/**
 * Warms each contender up and measures all of them in every round, beginning with another one each time.
 * @throws Error when one answered otherwise than it should have: there is nothing to compare then.
 */
export async function inTurn<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { rounds, seconds, clients }: Options,
  note: (line: string) => void,
): Promise<Rounds<Name>> {
  const names = Object.keys(contenders) as Name[];
  const measure = async (name: Name, forSeconds: number): Promise<Costed> => {
    const { operation, processes, before } = contenders[name];
    await before?.();
    const measured = await costed(processes(), () => closedLoop(clients, forSeconds, operation));
    if (measured.failed > 0)
      throw new Error(`${name} gave ${measured.failed} wrong answers of ${measured.done}`);
    return measured;
  };
  for (const name of names) {
    await measure(name, 2);
    await untilQuiet(contenders[name].processes());
  }
  const done: Record<Name, Costed>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = round % names.length;
    const results: [Name, Costed][] = [];
    for (const name of [...names.slice(from), ...names.slice(0, from)]) {
      results.push([name, await measure(name, seconds)]);
    }
    done.push(Object.fromEntries(results) as Record<Name, Costed>);
    const shown = results.map(
      ([name, m]) => `${name} ${m.perSecond.toFixed(0)}/s (p99 ${m.p99.toFixed(1)} ms)`,
    );
    note(`  round ${String(round + 1)}: ${shown.join(', ')}`);
  }
  return done;
}

/** How a figure of one contender relates to that of another, round by round. */
export const ratioOf = <Name extends string>(
  rounds: Rounds<Name>,
  of: (measured: Costed) => number,
  name: Name,
  to: Name,
): Spread => spreadOf(rounds.map((round) => of(round[name]) / of(round[to])));

/** The median of one contender's figure. */
export const medianOf = <Name extends string>(
  rounds: Rounds<Name>,
  of: (measured: Costed) => number,
  name: Name,
): number => spreadOf(rounds.map((round) => of(round[name]))).median;
