import { setTimeout } from 'node:timers/promises';
import { createLog } from '@definitivedx/telemetry';

const log = createLog('work');

/**
 * Milliseconds to leave things alone after what the work depends on could not be reached: 1 s, doubling, at most 20 s,
 * so that work flows again within half a minute of its return.
 * @param failures failures in a row, from 1
 */
export const pauseAfterMs = (failures: number): number =>
  Math.min(20_000, 1_000 * 2 ** Math.min(failures - 1, 20));

const pollEveryMs = 1_000;
/** A stop waits this long for work in hand; what is still open then is taken up again after its lease. */
const stopWithinMs = 5_000;

/**
 * Works off rows that are claimed with a lease: when woken, and every second. Any number of replicas may run it. While
 * what the work depends on is away it waits, a little longer each time.
 */
export class ClaimLoop {
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private draining: Promise<void> = Promise.resolve();
  private woken = false;
  private stopped = false;
  private failuresInARow = 0;
  /** By the machine's own clock: how long to leave a broken server alone is no matter of business time. */
  private pausedUntil = 0;

  /**
   * @param name of what is worked off, for the log
   * @param takeSome takes up what is due and carries it out; returns how much it took. Throwing pauses the loop.
   */
  constructor(
    private readonly name: string,
    private readonly takeSome: () => Promise<number>,
    /** How long to let more come together before taking up again, in milliseconds. */
    private readonly restMs = 0,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.wake();
    }, pollEveryMs);
    this.wake();
  }

  /** Takes nothing more and waits a little for what is in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await Promise.race([this.draining, setTimeout(stopWithinMs, undefined, { ref: false })]);
  }

  /** Looks for work now instead of at the next second. */
  wake(): void {
    if (this.stopped) return;
    this.woken = true;
    if (this.running) return;
    this.running = true;
    this.draining = this.drain();
  }

  /** To be told of each success: the next failure is then the first again. */
  succeeded(): void {
    this.failuresInARow = 0;
  }

  /** Leaves things alone for a while. */
  pause(why: string, fields: { code?: string; error?: unknown }): void {
    if (Date.now() < this.pausedUntil) return;
    this.failuresInARow += 1;
    const waitMs = pauseAfterMs(this.failuresInARow);
    this.pausedUntil = Date.now() + waitMs;
    log.warn(why, { ...fields, failuresInARow: this.failuresInARow, waitMs });
  }

  private async drain(): Promise<void> {
    while (this.woken && !this.stopped && Date.now() >= this.pausedUntil) {
      this.woken = false;
      try {
        const taken = await this.takeSome();
        if (taken > 0) {
          this.woken = true;
          if (this.restMs > 0) await setTimeout(this.restMs, undefined, { ref: false });
        }
      } catch (error) {
        this.pause(`${this.name}-paused`, { error });
      }
    }
    this.running = false;
  }
}
