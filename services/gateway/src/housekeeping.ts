import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ServiceContext } from '@definitivedx/bus';
import { createLog } from '@definitivedx/telemetry';
import { eraseWhatIsLeft } from './commands/erase-here.js';
import { purgeOnce } from './data/purge.js';
import { idleMs } from './domain/session.js';

const log = createLog('housekeeping');
const everyMs = 60_000;
/** How long an idempotency key is remembered, in milliseconds. */
const keepKeysMs = 24 * 60 * 60_000;

/** Deletes sign-ins, sessions, programs' tokens and idempotency keys that have ended, and what is left of erased members. Replicas do not get in each other's way. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly service: ServiceContext) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      void this.purge();
      void this.erase();
    }, everyMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Deletes what is still here of members who are erased. */
  async erase(): Promise<void> {
    try {
      await eraseWhatIsLeft(this.service);
    } catch (error) {
      log.warn('erasure-failed', { error });
    }
  }

  /** Deletes all that has ended by now. */
  async purge(): Promise<void> {
    const now = this.service.clock.now();
    const before = {
      now,
      idleSince: new Date(now.getTime() - idleMs),
      keysSince: new Date(now.getTime() - keepKeysMs),
    };
    try {
      while (await purgeOnce(this.service.db, before));
    } catch (error) {
      log.warn('purge-failed', { error });
    }
  }
}
