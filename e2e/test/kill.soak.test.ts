import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { System } from '@definitivedx/stack';
import { writeUnderKills } from './support/kills.js';
import { chooseSeed } from './support/random.js';
import { startTestSystem, stopTestSystem } from './support/system.js';

const total = 10_000;
const kills = 20;

describe('kill -9 of gateway, access, cases, notify and NATS (security.md 1)', () => {
  let system: System;
  const seed = chooseSeed();

  beforeAll(async () => {
    console.log(`Kills are seeded with DDX_SEED=${String(seed)}`);
    system = await startTestSystem();
  }, 120_000);
  afterAll(() => stopTestSystem(system), 60_000);

  it('loses no acknowledged write and repeats no effect', async () => {
    const run = await writeUnderKills(system, total, kills, seed);
    expect(run.kills).toBe(kills);
    expect(run.writes.acknowledged).toHaveLength(total);
    expect(run.writes.surprises).toEqual([]);
  }, 1_700_000);
});
