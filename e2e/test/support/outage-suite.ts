import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { System } from '@definitivedx/stack';
import { expectEachOnce, expectReadable, settled } from './effects.js';
import { expectBorne } from './outages.js';
import { openClinic, type Clinic } from './people.js';
import { startTestSystem, stopTestSystem } from './system.js';
import type { Acknowledged } from './writes.js';

/** The same promise over a shorter or longer outage (security.md 5). @param forMs how long each part is away. */
export function outageSuite(forMs: number): void {
  describe(`${String(forMs / 1000)} s without an answer`, () => {
    let system: System;
    let clinic: Clinic;
    const acknowledged: Acknowledged[] = [];

    beforeAll(async () => {
      system = await startTestSystem({ ownPostgres: true });
      clinic = await openClinic(system);
    }, 120_000);
    afterAll(() => stopTestSystem(system), 60_000);

    it.each(['postgres', 'nats'] as const)(
      'from %s: every request is told so in time, nothing opens unchecked, all flows again by itself',
      async (part) => {
        const borne = await expectBorne(system, clinic, part, forMs);
        acknowledged.push(...borne.acknowledged);
        console.log(borne.said);
        await settled(system, acknowledged.length);
        await expectEachOnce(system, clinic, acknowledged);
        await expectReadable(clinic, acknowledged);
      },
      forMs + 180_000,
    );
  });
}
