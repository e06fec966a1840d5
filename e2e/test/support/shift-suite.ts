import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { System } from '@definitivedx/stack';
import { enter, openClinic } from './people.js';
import { chooseSeed, seededRandom, shuffled } from './random.js';
import { rows } from './rows.js';
import { expectEachMoveTold, expectNoGapNorOverlap, expectNoneDropped, Shifts } from './shifts.js';
import { startTestSystem, stopTestSystem } from './system.js';

const killed = ['gateway', 'access', 'cases', 'files', 'notify', 'nats'] as const;

export interface ShiftSuite {
  /** Cases shared while shifts change. */
  readonly cases: number;
  /** Shift changes, a process killed during each. */
  readonly changes: number;
  /** In milliseconds. */
  readonly within: number;
}

/** The same promise over fewer or more shift changes: at hand-over no case is dropped. */
export function shiftSuite({ cases, changes, within }: ShiftSuite): void {
  describe(`${String(changes)} shift changes, with kill -9 of ${killed.join(', ')} in between`, () => {
    let system: System;
    const seed = chooseSeed();

    beforeAll(async () => {
      console.log(`Kills are seeded with DDX_SEED=${String(seed)}`);
      system = await startTestSystem();
    }, 120_000);
    afterAll(() => stopTestSystem(system), 60_000);

    it(
      'leave somebody responsible for each case at any instant, never two, drop none, and lose no file',
      async () => {
        const random = seededRandom(seed);
        const clinic = await openClinic(system);
        const shifts = new Shifts(clinic, [clinic.specialist, await enter(system, 'specialist-two')]);
        const sharing = shifts.share(cases);
        const targets: string[] = [];
        for (let i = 0; i < changes; i += 1) {
          if (targets.length === 0) targets.push(...shuffled(killed, random));
          const target = targets.pop() ?? 'cases';
          const kill = async (): Promise<void> => {
            await system.process(target).untilReady(60_000);
            await sleep(random() * 600);
            system.process(target).kill('SIGKILL');
          };
          await Promise.all([shifts.change(), kill()]);
        }
        await sharing;
        await Promise.all(killed.map((name) => system.process(name).untilReady(60_000)));
        const onCall = await shifts.change();
        await expectNoneDropped(system, shifts, onCall);
        expect([shifts.caseIds.length, shifts.files.size]).toEqual([cases, cases]);
        expect(shifts.accepted).toBeGreaterThan(changes);
        await expectNoGapNorOverlap(system, shifts.caseIds);
        await expectEachMoveTold(system);
        await shifts.expectFilesReadable(onCall);
        for (const service of ['access', 'cases', 'notify', 'metrics', 'files'] as const) {
          expect(await rows(system, service, 'select subject, error_code from dead_letter')).toEqual([]);
        }
        console.log(
          `${String(cases)} cases, ${String(changes + 1)} shift changes, ${String(shifts.accepted)} cases accepted`,
        );
      },
      within,
    );
  });
}
