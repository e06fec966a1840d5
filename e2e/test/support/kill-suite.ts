import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { System } from '@definitivedx/stack';
import { killed, writeUnderKills } from './kills.js';
import { chooseSeed } from './random.js';
import { startTestSystem, stopTestSystem } from './system.js';

export interface KillSuite {
  /** Creates and posts. */
  readonly total: number;
  readonly kills: number;
  /** In milliseconds. */
  readonly within: number;
}

/** The same promise over fewer or more writes (security.md 1). */
export function killSuite({ total, kills, within }: KillSuite): void {
  describe(`kill -9 of ${killed.join(', ')} at ${String(kills)} points over ${String(total)} writes`, () => {
    let system: System;
    const seed = chooseSeed();

    beforeAll(async () => {
      console.log(`Kills are seeded with DDX_SEED=${String(seed)}`);
      system = await startTestSystem();
    }, 120_000);
    afterAll(() => stopTestSystem(system), 60_000);

    it(
      'loses no acknowledged write and repeats no effect',
      async () => {
        const run = await writeUnderKills(system, total, kills, seed);
        expect(run.kills).toBe(kills);
        expect(run.writes.acknowledged).toHaveLength(total);
        expect(run.writes.surprises).toEqual([]);
      },
      within,
    );
  });
}
