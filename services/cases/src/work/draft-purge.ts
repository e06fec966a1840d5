import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { ClaimLoop, type ServiceContext } from '@definitivedx/bus';
import { purgeDrafts } from '../data/drafts.js';

const atOnce = 200;

/** Deletes drafts once they have expired. Any number of replicas may run it. */
export class DraftPurge implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: ClaimLoop;

  constructor({ db, clock }: ServiceContext) {
    this.loop = new ClaimLoop('draft-purge', () => purgeDrafts(db, clock.now(), atOnce));
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }
}
