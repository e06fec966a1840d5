import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { createLocalJWKSet } from 'jose';
import { z } from 'zod';
import { unavailable } from '@definitivedx/errors';
import { createLog } from '@definitivedx/telemetry';
import { IdentityProvider } from './identity-provider.js';

const log = createLog('signing-keys');
const refreshMs = 60_000;
const retryMs = 2_000;
const fetchTimeoutMs = 5_000;

const keySet = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string() }))
    .min(1)
    .max(100),
});

export type LocalKeys = ReturnType<typeof createLocalJWKSet>;

/**
 * The provider's public keys, fetched by a timer and never because of a request: a hostile token can name any key
 * it likes and cause no outbound call (security.md 13).
 */
@Injectable()
export class SigningKeys implements OnApplicationBootstrap, OnModuleDestroy {
  private keys: LocalKeys | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly provider: IdentityProvider) {}

  onApplicationBootstrap(): void {
    void this.refreshForEver();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** @throws AppError `unavailable` until the keys were fetched for the first time. */
  current(): LocalKeys {
    if (!this.keys) throw unavailable('The sign-in service');
    return this.keys;
  }

  private async refreshForEver(): Promise<void> {
    const fetched = await this.refresh();
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.refreshForEver(), fetched ? refreshMs : retryMs);
    this.timer.unref();
  }

  /** Fetches the keys once; keeps the old ones when that fails. */
  private async refresh(): Promise<boolean> {
    try {
      const { jwks_uri: address } = (await this.provider.configuration()).serverMetadata();
      if (!address) throw new Error('the provider publishes no keys');
      const response = await fetch(address, {
        signal: AbortSignal.timeout(fetchTimeoutMs),
        redirect: 'error',
      });
      if (!response.ok) throw new Error('the provider refused its keys');
      this.keys = createLocalJWKSet(keySet.parse(await response.json()));
      return true;
    } catch (error) {
      log.warn('keys-not-refreshed', { error });
      return false;
    }
  }
}
