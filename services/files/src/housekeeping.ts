import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { createLog } from '@definitivedx/telemetry';
import { sweep } from './commands/sweep.js';
import { FilesContext } from './files-context.js';

const log = createLog('files');
const everyMs = 30_000;

/** Runs the sweep from time to time, and lets go of the store at the end. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(private readonly files: FilesContext) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweeping = this.sweeping.then(() => this.sweepOnce());
    }, everyMs).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private async sweepOnce(): Promise<void> {
    try {
      await sweep(this.files);
    } catch (error) {
      log.warn('sweep-failed', { error });
    }
  }
}
