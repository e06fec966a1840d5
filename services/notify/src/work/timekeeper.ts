import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { toAppError } from '@definitivedx/errors';
import { continueOrLink, createLog, inSpan } from '@definitivedx/telemetry';
import { changeShift } from '../commands/change-shift.js';
import { chaseHandOver } from '../commands/chase-hand-over.js';
import { findLateCases } from '../commands/find-late-cases.js';
import type { TimerWork } from '../commands/hand-over-lists.js';
import { claimTimers, putOffTimer, type TimerKind, type TimerRow } from '../data/timers.js';
import { pauseAfterMs } from '../domain/retry.js';
import { ClaimLoop } from './claim-loop.js';

const log = createLog('timers');

/** A replica that crashes leaves its timers to the others after this long. */
const leaseMs = 15_000;
const atOnce = 4;

const effects: Readonly<Record<TimerKind, (work: TimerWork, timer: TimerRow) => Promise<void>>> = {
  'shift-change': changeShift,
  'late-cases': findLateCases,
  'hand-over-overdue': chaseHandOver,
};

/**
 * Carries out timers that are due. Any number of replicas may run it: each effect is had once, because it uses its
 * timer up in its own transaction. A lease that runs out early only means that two prepare the same effect.
 */
export class Timekeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new ClaimLoop('timers', () => this.fireSome());

  constructor(private readonly work: TimerWork) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }

  /** Looks for timers now instead of at the next second. */
  wake(): void {
    this.loop.wake();
  }

  private async fireSome(): Promise<number> {
    const { db, clock } = this.work.service;
    const now = clock.now();
    const timers = await claimTimers(db, now, new Date(now.getTime() + leaseMs), atOnce);
    const outcomes = await Promise.allSettled(timers.map((timer) => this.fire(timer)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return timers.length;
  }

  private async fire(timer: TimerRow): Promise<void> {
    const { id, kind, traceparent, armedAt } = timer;
    const origin = continueOrLink(traceparent ?? undefined, armedAt, this.work.service.clock.now());
    try {
      await inSpan(`timer ${kind}`, origin, () => effects[kind](this.work, timer));
      this.loop.succeeded();
    } catch (error) {
      const unavailable = toAppError(error).code === 'unavailable';
      // Never given up on: behind each timer somebody waits.
      if (!unavailable) log.error('timer-failed', { timerId: id, kind, attempts: timer.attempts, error });
      await this.putOff(timer, unavailable ? 0 : pauseAfterMs(timer.attempts));
      // What everything depends on is away: the loop leaves it alone for a while.
      if (unavailable) throw error;
    }
  }

  /** Hands a timer back; if this fails as well, its lease runs out. */
  private async putOff(timer: TimerRow, waitMs: number): Promise<void> {
    const { db, clock } = this.work.service;
    try {
      await putOffTimer(db, timer.id, new Date(clock.now().getTime() + waitMs));
    } catch (error) {
      log.warn('timer-not-released', { timerId: timer.id, error });
    }
  }
}
