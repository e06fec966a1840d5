import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';
import { ServiceContext } from '@definitivedx/bus';
import { createLog } from '@definitivedx/telemetry';
import { carryOutNext, forgetLines } from '../commands/imports/carry-out.js';

const log = createLog('imports');

const pollEveryMs = 1_000;
/** A stop waits this long; what is unfinished then is rolled back, and taken up again after its lease. */
const stopWithinMs = 5_000;
const sweepEveryMs = 10 * 60_000;

/** Carries out imports that have been read, one at a time: when woken, and every second. Any number of replicas may run it. */
@Injectable()
export class ImportWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private poll: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private stopped = false;
  private failing = false;
  private sweepAt = 0;

  constructor(private readonly service: ServiceContext) {}

  onApplicationBootstrap(): void {
    this.poll = setInterval(() => {
      this.wake();
    }, pollEveryMs).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.poll);
    await Promise.race([this.working, setTimeout(stopWithinMs, undefined, { ref: false })]);
  }

  /** Looks for work now instead of at the next second. */
  wake(): void {
    if (this.stopped || this.working) return;
    this.working = this.workOff().finally(() => {
      this.working = undefined;
    });
  }

  private async workOff(): Promise<void> {
    try {
      if (Date.now() >= this.sweepAt) {
        this.sweepAt = Date.now() + sweepEveryMs;
        await forgetLines(this.service);
      }
      while (!this.stopped && (await carryOutNext(this.service)));
      this.failing = false;
    } catch (error) {
      // Once for each outage, not each second.
      if (!this.failing) log.warn('imports-paused', { error });
      this.failing = true;
    }
  }
}
