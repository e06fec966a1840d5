import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Queryable } from '@definitivedx/db';
import { toAppError } from '@definitivedx/errors';
import { continueOrLink, createLog, inSpan } from '@definitivedx/telemetry';
import { ClaimLoop, pauseAfterMs } from './claim-loop.js';
import type { ServiceContext } from './context.js';

const log = createLog('timers');

/** A replica that crashes leaves its timers to the others after this long. */
const leaseMs = 15_000;
const atOnce = 4;

/** Something to be done at a time, as a service's table keeps it. */
export interface DueTimer {
  readonly id: string;
  readonly kind: string;
  readonly armedAt: Date;
  readonly attempts: number;
  readonly traceparent: string | null;
}

/** Where a service keeps its timers. */
export interface TimerTable<Timer extends DueTimer> {
  /** Takes up to `limit` timers that are due. Others leave them alone until `leaseUntil`. */
  readonly claim: (db: Queryable, now: Date, leaseUntil: Date, limit: number) => Promise<Timer[]>;
  /** Leaves a taken timer alone until a time; it is then taken up again. */
  readonly putOff: (db: Queryable, id: string, until: Date) => Promise<void>;
}

/**
 * Carries out timers that are due. Any number of replicas may run it: each effect is had once, because it uses its
 * timer up in its own transaction. A lease that runs out early only means that two prepare the same effect.
 */
export class Timekeeper<Timer extends DueTimer> implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new ClaimLoop('timers', () => this.fireSome());

  constructor(
    private readonly service: ServiceContext,
    private readonly table: TimerTable<Timer>,
    private readonly effect: (timer: Timer) => Promise<void>,
  ) {}

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
    const { db, clock } = this.service;
    const now = clock.now();
    const timers = await this.table.claim(db, now, new Date(now.getTime() + leaseMs), atOnce);
    const outcomes = await Promise.allSettled(timers.map((timer) => this.fire(timer)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return timers.length;
  }

  private async fire(timer: Timer): Promise<void> {
    const { id, kind, traceparent, armedAt } = timer;
    const origin = continueOrLink(traceparent ?? undefined, armedAt, this.service.clock.now());
    try {
      await inSpan(`timer ${kind}`, origin, () => this.effect(timer));
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
  private async putOff(timer: Timer, waitMs: number): Promise<void> {
    const { db, clock } = this.service;
    try {
      await this.table.putOff(db, timer.id, new Date(clock.now().getTime() + waitMs));
    } catch (error) {
      log.warn('timer-not-released', { timerId: timer.id, error });
    }
  }
}
