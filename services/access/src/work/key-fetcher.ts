import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Egress, failureCodeOf } from '@definitivedx/egress';
import { AppError } from '@definitivedx/errors';
import { ServiceContext } from '@definitivedx/bus';
import { createLog } from '@definitivedx/telemetry';
import { keysFrom } from '../commands/client-keys.js';
import {
  claimKeyFetches,
  keepFetchedKeys,
  noteFailedFetch,
  type DueFetch,
} from '../data/client-key-fetches.js';

const log = createLog('client-keys');

const pollEveryMs = 1_000;
const leaseMs = 60_000;
const atOnce = 8;
const refreshMs = 5 * 60_000;
/** After a failure: 10 s, doubling, at most an hour. */
const retryMs = (failures: number): number => Math.min(60 * 60_000, 10_000 * 2 ** Math.min(failures, 20));
const largestSet = 64 * 1024;

/**
 * Reads the keys that programs publish, by a timer: no request and no token can cause it. Any number of replicas may
 * run it. Keys that are gone from the address are gone here; while it cannot be read, those known before count.
 */
@Injectable()
export class KeyFetcher implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly service: ServiceContext,
    private readonly egress: Egress,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.fetchDue().finally(() => {
        this.running = undefined;
      });
    }, pollEveryMs).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async fetchDue(): Promise<void> {
    const { db, clock } = this.service;
    try {
      const now = clock.now();
      const due = await claimKeyFetches(db, now, new Date(now.getTime() + leaseMs), atOnce);
      await Promise.all(due.map((one) => this.fetchOne(one)));
    } catch (error) {
      log.warn('key-fetches-paused', { error });
    }
  }

  private async fetchOne(due: DueFetch): Promise<void> {
    const { db, clock } = this.service;
    const next = (ms: number): Date => new Date(clock.now().getTime() + ms);
    const read = await this.read(due.jwksUri);
    if (typeof read === 'string') {
      await noteFailedFetch(db, due, read, next(retryMs(due.failures)));
      log.info('keys-not-read', { clientId: due.id, code: read, failures: due.failures + 1 });
    } else {
      await keepFetchedKeys(db, due, read, clock.now(), next(refreshMs));
    }
  }

  /** @returns the keys, or a code for what is wrong. */
  private async read(url: string): Promise<ReturnType<typeof keysFrom> | string> {
    try {
      const { status, body } = await this.egress.request({ url, maxBytes: largestSet, totalMs: 10_000 });
      if (status !== 200) return `status-${String(status)}`;
      const set: unknown = JSON.parse(body.toString('utf8'));
      return keysFrom(setOf(set));
    } catch (error) {
      if (error instanceof SyntaxError) return 'not-json';
      if (error instanceof UnusableSet) return 'not-a-key-set';
      return error instanceof AppError && error.issues?.[0]?.path.startsWith('jwks')
        ? 'unusable-keys'
        : failureCodeOf(error);
    }
  }
}

class UnusableSet extends Error {}

/** Most keys of a published set. */
const mostKeys = 20;

function setOf(set: unknown): Record<string, unknown>[] {
  const keys: unknown = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > mostKeys) throw new UnusableSet();
  return keys.map((key: unknown) => {
    if (typeof key !== 'object' || key === null) throw new UnusableSet();
    return key as Record<string, unknown>;
  });
}
