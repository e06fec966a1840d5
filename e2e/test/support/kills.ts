import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '@definitivedx/stack';
import { seededRandom, shuffled } from './random.js';
import { Writes } from './writes.js';
import { expectEachOnce, expectReadable, settled } from './effects.js';
import { openClinic } from './people.js';

/** What is killed, in turns. */
export const killed = ['gateway', 'access', 'cases', 'notify', 'nats'] as const;

export interface KillPoint {
  readonly target: (typeof killed)[number];
  /** How many writes have been acknowledged by then. */
  readonly after: number;
  /** And then so many milliseconds. */
  readonly delayMs: number;
}

/** `count` kill points spread over `total` writes, each target as often as the others. */
export function killPlan(total: number, count: number, random: () => number): KillPoint[] {
  const targets = shuffled(
    Array.from({ length: count }, (_, index) => killed[index % killed.length] ?? 'cases'),
    random,
  );
  // A key that a killed gateway held is free only after its lease of 30 s: those kills come while there is still work.
  const late = Math.ceil(count * 0.7);
  targets.forEach((target, index) => {
    const other = targets.findIndex((name, at) => at < late && name !== 'gateway' && at % 2 === index % 2);
    if (target !== 'gateway' || index < late || other < 0) return;
    [targets[index], targets[other]] = [targets[other] ?? target, target];
  });
  const stretch = total / (count + 1);
  return targets.map((target, index) => ({
    target,
    after: Math.floor(stretch * (index + 0.5 + random() * 0.5)),
    delayMs: Math.floor(random() * 60),
  }));
}

/** Kills as planned while the writes go on. A process that is still coming back is killed once it is there. */
async function carryOut(
  plan: readonly KillPoint[],
  system: System,
  writes: Writes,
  over: () => boolean,
): Promise<number> {
  let done = 0;
  for (const { target, after, delayMs } of plan) {
    while (writes.acknowledged.length < after && !over()) await sleep(2);
    if (over()) break;
    await system.process(target).untilReady(60_000);
    await sleep(delayMs);
    system.process(target).kill('SIGKILL');
    done += 1;
  }
  return done;
}

/** What a run under kills did, for the line that is printed and for the assertions on it. */
export interface KillRun {
  readonly kills: number;
  readonly writes: Writes;
  readonly seconds: number;
}

/**
 * Writes through the gateway while processes are killed at seeded moments, then asserts that each acknowledged write
 * is there once, with each of its effects once.
 */
export async function writeUnderKills(
  system: System,
  total: number,
  kills: number,
  seed: number,
): Promise<KillRun> {
  const random = seededRandom(seed);
  const plan = killPlan(total, kills, random);
  const clinic = await openClinic(system);
  const writes = new Writes(clinic, { total, lanes: 8, random });
  const startedAt = performance.now();
  let over = false;
  const running = writes.run().finally(() => {
    over = true;
  });
  const [done] = await Promise.all([carryOut(plan, system, writes, () => over), running]);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(summary({ kills: done, writes, seconds }, seed));
  await Promise.all(killed.map((name) => system.process(name).untilReady(60_000)));
  await settled(system, total);
  await expectEachOnce(system, clinic, writes.acknowledged);
  await expectReadable(clinic, writes.acknowledged);
  return { kills: done, writes, seconds };
}

/** One line about a run. */
const summary = ({ kills, writes, seconds }: KillRun, seed: number): string => {
  const setbacks = [...writes.setbacks].map(([why, times]) => `${why} ${String(times)}`).join(', ');
  return (
    `DDX_SEED=${String(seed)}: ${String(writes.acknowledged.length)} writes in ${seconds.toFixed(1)} s under ` +
    `${String(kills)} kills; attempts put off: ${setbacks || 'none'}; slowest attempt ${(writes.slowestMs / 1000).toFixed(1)} s`
  );
};
