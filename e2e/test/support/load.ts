import { until } from '@definitivedx/testing';
import type { Clinic } from './people.js';
import { seededRandom } from './random.js';
import { Reads } from './reads.js';
import { Writes } from './writes.js';

/** A light load of writes and reads, until it is stopped. */
export class Load {
  readonly writes: Writes;
  readonly reads: Reads;
  private readonly running: Promise<unknown>;

  constructor(clinic: Clinic, lanes: number, paceMs: number) {
    this.writes = new Writes(clinic, { total: Infinity, lanes, paceMs, random: seededRandom(1) });
    this.reads = new Reads(clinic, paceMs);
    this.running = Promise.all([this.writes.run(), this.reads.run()]);
  }

  /** Begins nothing more, and waits until every write that was begun is acknowledged. */
  async stop(): Promise<void> {
    this.writes.stop();
    this.reads.stop();
    await this.running;
  }

  /** Waits until writes and reads succeed again. @returns after how many milliseconds. */
  async flows(within: number): Promise<number> {
    const startedAt = performance.now();
    const [written, read] = [this.writes.acknowledged.length, this.reads.done];
    await until(
      () => this.writes.acknowledged.length >= written + 5 && this.reads.done >= read + 5,
      'writes and reads that succeed',
      within,
    );
    return performance.now() - startedAt;
  }

  /** What was said, so far, by answers that were no success. */
  get setbacks(): ReadonlyMap<string, number> {
    const both = new Map(this.writes.setbacks);
    for (const [why, times] of this.reads.setbacks) both.set(why, (both.get(why) ?? 0) + times);
    return both;
  }

  get surprises(): readonly string[] {
    return [...this.writes.surprises.map(({ answer }) => answer), ...this.reads.surprises];
  }
}

/** What was said between two looks at `setbacks`. */
export const sinceThen = (
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> =>
  new Map(
    [...after]
      .map(([why, times]) => [why, times - (before.get(why) ?? 0)] as const)
      .filter(([, times]) => times > 0),
  );
