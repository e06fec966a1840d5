import { Injectable } from '@nestjs/common';
import { CallerSigner, type ClientCaller } from '@definitivedx/auth';
import { ServiceContext } from '@definitivedx/bus';
import {
  clientTokenPrefix,
  identifyClient,
  identifyScimToken,
  scimTokenPrefix,
  type Scope,
} from '@definitivedx/contracts';
import { findClientToken } from '../data/client-tokens.js';
import { TokenRefused } from './bearer-tokens.js';
import { hashOf } from './secrets.js';

/** As of people (callers.ts): how long what has ended may still get through, at the most, in milliseconds. */
const keepMs = 1_000;
const most = 10_000;
const tokenOf = /^Bearer (ddx[cs]_[A-Za-z0-9_-]{43})$/i;

interface Entry {
  readonly caller: Promise<ClientCaller>;
  readonly until: number;
}

/**
 * Turns a program's token into the caller that travels on the bus. Asked of `access` anew each second, so that a
 * program, a key or a SCIM token that was revoked is out on every replica, without a message that could be lost.
 */
@Injectable()
export class ClientTokens {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly service: ServiceContext,
    private readonly signer: CallerSigner,
  ) {}

  /** True for a header that can only be a program's: it is no token of a person then, whether it counts or not. */
  static isOne = (authorization: string): boolean => /^Bearer ddx[cs]_/i.test(authorization);

  /** @throws TokenRefused for a token that is unknown or has ended, AppError `unavailable` when access is away. */
  async callerOf(authorization: string, from: string): Promise<ClientCaller> {
    const token = tokenOf.exec(authorization)?.[1];
    if (token === undefined) throw ended();
    const hash = hashOf(token);
    const key = `${hash.toString('base64url')} ${from}`;
    const now = Date.now();
    const known = this.entries.get(key);
    if (known && known.until > now) return known.caller;
    const caller = this.identify(token, hash, from);
    this.keep(key, { caller, until: now + keepMs });
    try {
      return await caller;
    } catch (error) {
      this.entries.delete(key);
      throw error;
    }
  }

  private async identify(token: string, hash: Buffer, from: string): Promise<ClientCaller> {
    const claim = token.startsWith(scimTokenPrefix)
      ? await this.byScimToken(hash)
      : await this.byToken(token, hash);
    if (!claim || claim.scopes.length === 0) throw ended();
    return this.signer.client({ ...claim, from });
  }

  private async byScimToken(
    hash: Buffer,
  ): Promise<{ clientId: string; organisationId: string; scopes: Scope[] } | null> {
    const { bus } = this.service;
    return (await bus.request(identifyScimToken, await bus.self(), { hash: hash.toString('hex') })).client;
  }

  private async byToken(
    token: string,
    hash: Buffer,
  ): Promise<{ clientId: string; organisationId: string; scopes: Scope[] } | null> {
    if (!token.startsWith(clientTokenPrefix)) return null;
    const { bus, db, clock } = this.service;
    const row = await findClientToken(db, hash, clock.now());
    if (!row) return null;
    const { clientId, keyThumbprint, scopes } = row;
    const { client } = await bus.request(identifyClient, await bus.self(), { clientId });
    // The key it was got with must still count, and each scope must still be the program's.
    if (!client?.keys.some(({ thumbprint }) => thumbprint === keyThumbprint)) return null;
    return {
      clientId,
      organisationId: client.organisationId,
      scopes: scopes.filter((scope) => client.scopes.includes(scope)),
    };
  }

  private keep(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
    // A Map iterates in the order of insertion: the first one is the oldest.
    if (this.entries.size > most) this.entries.delete(this.entries.keys().next().value ?? key);
  }
}

const ended = (): TokenRefused =>
  new TokenRefused(
    'error="invalid_token"',
    'The access token has ended or is unknown. Please get a new one.',
  );
