import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { System } from '@definitivedx/stack';
import { Load, sinceThen } from './load.js';
import type { Clinic } from './people.js';
import type { Acknowledged } from './writes.js';

/** Within which everything works again once the part answers, in milliseconds (security.md 5). */
const recoveryMs = 30_000;
/** No request may hang for longer, in milliseconds. */
const longestAttemptMs = 15_000;

const services = ['gateway', 'access', 'cases', 'files', 'notify', 'metrics'] as const;

/**
 * Makes a part unreachable while people read and write: it is frozen, so that its connections stay open and nobody
 * answers, which is how a lost network or a hung machine looks. Asserts that every answer meanwhile is a bounded "not
 * now" that says when to try again, that nothing is opened without its check and audit, and that all flows again by
 * itself.
 * @returns the writes that were acknowledged, and a line about the run.
 */
export async function expectBorne(
  system: System,
  clinic: Clinic,
  part: 'postgres' | 'nats',
  forMs: number,
): Promise<{ acknowledged: readonly Acknowledged[]; said: string }> {
  const before = services.map((name) => system.process(name).pid);
  const load = new Load(clinic, 2, 20);
  try {
    await load.flows(recoveryMs);
    const pids = familyOf(system.process(part).pid);
    const calm = load.setbacks;
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    let opened: number;
    try {
      // What was answered before and is still on its way may arrive.
      await sleep(1_000);
      opened = load.reads.done;
      await sleep(forMs);
      opened = load.reads.done - opened;
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    const ms = await load.flows(recoveryMs);
    const said = sinceThen(calm, load.setbacks);
    await load.stop();
    expect(opened).toBe(0);
    expect(load.surprises).toEqual([]);
    expect([...said.keys()].filter((why) => why !== 'unavailable' && why !== 'command-in-flight')).toEqual(
      [],
    );
    expect(said.get('unavailable')).toBeGreaterThan(0);
    expect(Math.max(load.writes.slowestMs, load.reads.slowestMs)).toBeLessThan(longestAttemptMs);
    expect(services.map((name) => system.process(name).pid)).toEqual(before);
    const slowest = Math.max(load.writes.slowestMs, load.reads.slowestMs);
    return {
      acknowledged: load.writes.acknowledged,
      said: `${part} frozen for ${String(forMs / 1000)} s: ${[...said].join(' ')}; slowest answer ${(slowest / 1000).toFixed(1)} s; flows again after ${(ms / 1000).toFixed(1)} s`,
    };
  } finally {
    await load.stop();
  }
}

/** A process and its children: PostgreSQL serves each connection by one. */
function familyOf(pid: number | undefined): number[] {
  if (pid === undefined) throw new Error('it is not running');
  let children = '';
  try {
    children = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  } catch {
    // It has none.
  }
  // The parent first, so that it makes no more children.
  return [pid, ...children.split('\n').filter(Boolean).map(Number)];
}
