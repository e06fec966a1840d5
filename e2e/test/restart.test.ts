import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ManagedProcess, System } from '@definitivedx/stack';
import { expectEachOnce, expectReadable, settled } from './support/effects.js';
import { Load, sinceThen } from './support/load.js';
import { openClinic, type Clinic } from './support/people.js';
import { startReplica } from './support/replica.js';
import { startTestSystem, stopTestSystem } from './support/system.js';
import type { Acknowledged } from './support/writes.js';

/** Within which everything works again once the part is back, in milliseconds (security.md 5). */
const recoveryMs = 30_000;
/** No request may hang for longer, in milliseconds. */
const longestAttemptMs = 15_000;

describe('restarting a part of the running system', () => {
  let system: System;
  let clinic: Clinic;
  let load: Load | undefined;
  /** Of all tests here: the databases hold what each of them wrote. */
  const acknowledged: Acknowledged[] = [];

  beforeAll(async () => {
    system = await startTestSystem({ ownPostgres: true });
    clinic = await openClinic(system);
  }, 120_000);
  afterEach(() => load?.stop());
  afterAll(() => stopTestSystem(system), 60_000);

  async function endLoad(): Promise<Load> {
    if (!load) throw new Error('there is no load to end');
    const ended = load;
    await ended.stop();
    load = undefined;
    acknowledged.push(...ended.writes.acknowledged);
    return ended;
  }

  it('needs no further hand and loses nothing, whichever part it is', async () => {
    load = new Load(clinic, 2, 20);
    await load.flows(recoveryMs);
    const report: string[] = [];
    for (const name of ['gateway', 'access', 'cases', 'files', 'notify', 'metrics', 'postgres', 'nats']) {
      const before = load.setbacks;
      await system.process(name).restart();
      const ms = await load.flows(recoveryMs);
      const said = sinceThen(before, load.setbacks);
      report.push(
        `${name}: flows again after ${(ms / 1000).toFixed(1)} s; ${[...said].join(' ') || 'nothing failed'}`,
      );
      // While the gateway itself is away nobody answers; while another part is, the gateway says so.
      if (name !== 'gateway') expect(notProblems(said)).toEqual([]);
      if (name === 'files' || name === 'metrics') expect([...said.keys()]).toEqual([]);
    }
    const { writes, surprises } = await endLoad();
    console.log(report.join('\n'));
    expect(surprises).toEqual([]);
    expect(writes.slowestMs).toBeLessThan(longestAttemptMs);
    await settled(system, acknowledged.length);
    await expectEachOnce(system, clinic, acknowledged);
    await expectReadable(clinic, acknowledged);
  }, 150_000);

  it('by SIGTERM, beside a second replica, fails no request (security.md 6)', async () => {
    const first = system.process('cases');
    const second = await startReplica(system, 'cases');
    try {
      load = new Load(clinic, 6, 0);
      await load.flows(recoveryMs);
      for (const replica of [first, second, first] satisfies ManagedProcess[]) {
        await replica.stop();
        await sleep(300);
        await replica.start();
        await load.flows(recoveryMs);
      }
      const { setbacks, surprises, writes } = await endLoad();
      expect(surprises).toEqual([]);
      expect([...setbacks]).toEqual([]);
      expect(writes.acknowledged.length).toBeGreaterThan(20);
    } finally {
      await second.stop();
    }
    await settled(system, acknowledged.length);
    await expectEachOnce(system, clinic, acknowledged);
  }, 90_000);
});

/** Setbacks that are not a problem document of the gateway. */
const notProblems = (said: ReadonlyMap<string, number>): string[] =>
  [...said.keys()].filter((why) => why !== 'unavailable' && why !== 'command-in-flight');
