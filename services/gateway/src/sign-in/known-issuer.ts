import {
  allowInsecureRequests,
  Configuration,
  customFetch,
  enableNonRepudiationChecks,
  setJwksCache,
  type ClientAuth,
  type ServerMetadata,
} from 'openid-client';
import { createLocalJWKSet } from 'jose';
import { unavailable } from '@definitivedx/errors';
import type { EgressFetch } from '@definitivedx/egress';
import type { IssuerProfile } from '@definitivedx/contracts';
import { createLog } from '@definitivedx/telemetry';
import { discover, fetchKeys, patienceMs } from './discovery.js';

const log = createLog('issuer');
const refreshMs = 60_000;
const retryMs = 2_000;
/** An issuer that stays away is asked less and less often. */
const longestRetryMs = 30_000;
/** Refreshes of the keys between two readings of the discovery document. */
const rediscoverEvery = 30;

/** Everything to know of an issuer before asking it anything. */
export interface IssuerSettings {
  readonly issuer: string;
  readonly discoveryUrl: string;
  /** Null where people do not sign in through us. */
  readonly clientId: string | null;
  readonly authentication: 'private_key_jwt' | 'client_secret_basic' | 'none';
  readonly profile: IssuerProfile;
  /** Sign-ins that count as strong. */
  readonly acrValues: readonly string[];
  /** `aud` of its access tokens for our API. */
  readonly audience: string;
  /** Whether it may be spoken to over plain http. */
  readonly allowHttp: boolean;
  /** Never waited long for, however long it was away. */
  readonly eager: boolean;
}

const connectionOf = ({ discoveryUrl, clientId, authentication, allowHttp }: IssuerSettings): string =>
  JSON.stringify([discoveryUrl, clientId, authentication, allowHttp]);

export type LocalKeys = ReturnType<typeof createLocalJWKSet>;

/**
 * One issuer as it describes itself: endpoints and public keys. Both are fetched by a timer and never because of a
 * request: a hostile token can name any key it likes and cause no outbound call (security.md 13). What was fetched
 * counts until the next one came; an issuer that is away keeps nobody but its own people waiting.
 */
export class KnownIssuer {
  private described: Configuration | undefined;
  private keys: LocalKeys | undefined;
  private refreshing: Promise<void> = Promise.resolve();
  private refreshes = 0;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private current: IssuerSettings,
    private readonly fetch: EgressFetch,
    private readonly clientAuth: ClientAuth,
  ) {}

  get settings(): IssuerSettings {
    return this.current;
  }

  /** Takes how its tokens are read from now on. @returns false for what asks for another connection to it. */
  take(settings: IssuerSettings): boolean {
    if (connectionOf(settings) !== connectionOf(this.current)) return false;
    this.current = settings;
    return true;
  }

  /** Begins to keep itself current. */
  start(): void {
    this.refreshing = this.refresh();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /**
   * What signing in with it needs. Waits for an answer that is under way, and causes none.
   * @throws AppError `unavailable` until it has answered for the first time.
   */
  async configuration(): Promise<Configuration> {
    if (!this.described) await this.refreshing;
    if (!this.described) throw unavailable('The sign-in service');
    return this.described;
  }

  /** Its public keys. @throws AppError `unavailable` until they were fetched for the first time. */
  currentKeys(): LocalKeys {
    if (!this.keys) throw unavailable('The sign-in service');
    return this.keys;
  }

  private async refresh(): Promise<void> {
    try {
      if (!this.described || this.refreshes % rediscoverEvery === 0) this.described = await this.describe();
      const jwksUri = this.described.serverMetadata().jwks_uri ?? '';
      const keys = await fetchKeys(this.fetch, jwksUri);
      this.keys = createLocalJWKSet(keys);
      // The library would fetch them itself at a sign-in.
      setJwksCache(this.described, {
        jwks: keys,
        uat: Math.floor(Date.now() / 1000),
      });
      this.refreshes += 1;
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      log.warn('issuer-not-refreshed', { error });
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.refreshing = this.refresh();
    }, this.waitMs());
    this.timer.unref();
  }

  private waitMs(): number {
    if (this.failures === 0) return refreshMs;
    return this.current.eager ? retryMs : Math.min(retryMs * 2 ** (this.failures - 1), longestRetryMs);
  }

  private async describe(): Promise<Configuration> {
    const settings = this.current;
    const document = await discover(this.fetch, settings);
    if (document.issuer !== settings.issuer) throw new Error('the issuer calls itself something else by now');
    const configuration = new Configuration(
      document as ServerMetadata,
      settings.clientId ?? '-',
      undefined,
      this.clientAuth,
    );
    configuration.timeout = patienceMs / 1000;
    configuration[customFetch] = (url, options) => this.fetch(url, options);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- its own warning; config.ts keeps http out of production
    if (settings.allowHttp) allowInsecureRequests(configuration);
    // ID tokens are verified against the issuer's keys although they come straight from it.
    enableNonRepudiationChecks(configuration);
    return configuration;
  }
}
