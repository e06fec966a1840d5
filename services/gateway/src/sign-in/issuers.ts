import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ClientSecretBasic, type ClientAuth } from 'openid-client';
import { Bus } from '@definitivedx/bus';
import { listIssuers, plainProfile, type RegisteredIssuer } from '@definitivedx/contracts';
import { Egress, fetchThrough, type EgressFetch } from '@definitivedx/egress';
import { unavailable } from '@definitivedx/errors';
import { createLog } from '@definitivedx/telemetry';
import { Options } from '../config.js';
import { mostBytes, patienceMs } from './discovery.js';
import { GatewayKeys } from './gateway-keys.js';
import { KnownIssuer, type IssuerSettings } from './known-issuer.js';

const log = createLog('issuers');
/** How soon an organisation's new issuer counts, in milliseconds, and one that it gave up no longer does. */
const listMs = 2_000;

/**
 * The issuers whose sign-ins and tokens are looked at: the deployment's own, and those that organisations registered,
 * as `access` lists them. Whether an issuer counts for an organisation is decided there, not here.
 */
@Injectable()
export class Issuers implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly known = new Map<string, KnownIssuer>();
  private readonly fetchOwn: EgressFetch;
  private readonly fetchOthers: EgressFetch;
  private timer: NodeJS.Timeout | undefined;
  private listed = false;
  private stopped = false;

  constructor(
    private readonly bus: Bus,
    private readonly options: Options,
    private readonly keys: GatewayKeys,
  ) {
    const { egress, issuer } = options;
    const limits = { totalMs: patienceMs, maxBytes: mostBytes };
    const own = new URL(issuer).hostname;
    // The deployment named its own issuer itself, and may well keep it on the inside.
    const trustedHosts = egress.trustedHosts === 'any' ? ('any' as const) : [...egress.trustedHosts, own];
    this.fetchOwn = fetchThrough(new Egress({ ...egress, trustedHosts }), limits);
    this.fetchOthers = fetchThrough(new Egress(egress), limits);
  }

  onApplicationBootstrap(): void {
    this.keep(this.ownSettings(undefined), ClientSecretBasic(this.options.clientSecret));
    void this.listForEver();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const issuer of this.known.values()) issuer.stop();
  }

  /** The deployment's own. */
  get own(): KnownIssuer {
    const own = this.known.get(this.options.issuer);
    if (!own) throw unavailable('The sign-in service');
    return own;
  }

  /** How addresses that applicants name are asked. */
  get outbound(): EgressFetch {
    return this.fetchOthers;
  }

  /** @throws AppError `unavailable` for one that is not known before the list was read for the first time. */
  find(issuer: string): KnownIssuer | undefined {
    const found = this.known.get(issuer);
    if (!found && !this.listed) throw unavailable('The sign-in service');
    return found;
  }

  private async listForEver(): Promise<void> {
    try {
      await this.list();
    } catch (error) {
      log.warn('issuers-not-listed', { error });
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.listForEver(), listMs);
    this.timer.unref();
  }

  private async list(): Promise<void> {
    const { issuers } = await this.bus.request(listIssuers, await this.bus.self(), {});
    if (this.stopped) return;
    const names = new Set([this.options.issuer, ...issuers.map(({ issuer }) => issuer)]);
    for (const [name, issuer] of this.known) {
      if (names.has(name)) continue;
      issuer.stop();
      this.known.delete(name);
    }
    const own = issuers.find(({ issuer }) => issuer === this.options.issuer);
    this.keep(this.ownSettings(own), ClientSecretBasic(this.options.clientSecret));
    const clientAuth = await this.keys.clientAuth();
    for (const one of issuers) if (one !== own) this.keep(this.settingsOf(one), clientAuth);
    this.listed = true;
  }

  /** Begins to follow an issuer, anew when it is elsewhere by now. */
  private keep(settings: IssuerSettings, clientAuth: ClientAuth): void {
    const before = this.known.get(settings.issuer);
    if (before?.take(settings)) return;
    before?.stop();
    const fetch = settings.issuer === this.options.issuer ? this.fetchOwn : this.fetchOthers;
    const issuer = new KnownIssuer(settings, fetch, clientAuth);
    this.known.set(settings.issuer, issuer);
    issuer.start();
  }

  /** The deployment's own issuer: where it is and who we are there is for its settings to say, the rest may be registered. */
  private ownSettings(registered: RegisteredIssuer | undefined): IssuerSettings {
    const { issuer, clientId, acrValues, apiAudience } = this.options;
    return {
      issuer,
      discoveryUrl: issuer,
      clientId,
      authentication: 'client_secret_basic',
      profile: registered?.profile ?? plainProfile,
      acrValues: registered?.acrValues ?? acrValues,
      audience: registered?.audience ?? apiAudience,
      // config.ts lets no http address through in production.
      allowHttp: issuer.startsWith('http:'),
      eager: true,
    };
  }

  private settingsOf(registered: RegisteredIssuer): IssuerSettings {
    const { issuer, discoveryUrl, clientId, profile, acrValues, audience } = registered;
    return {
      ...{ issuer, discoveryUrl, clientId, profile },
      authentication: clientId === null ? 'none' : 'private_key_jwt',
      acrValues: acrValues ?? this.options.acrValues,
      audience: audience ?? this.options.apiAudience,
      allowHttp: this.options.allowHttp,
      eager: false,
    };
  }
}
