import { Inject, Injectable } from '@nestjs/common';
import { importJWK, type JSONWebKeySet, type JWK } from 'jose';
import { PrivateKeyJwt, type ClientAuth } from 'openid-client';
import { Options } from '../config.js';

/** A private JWK without what is private about it. */
function publicHalf({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest }: JWK): JWK {
  return rest;
}

/** The gateway's own key pairs: the first proves to issuers who we are, all are published, so that one can replace another. */
@Injectable()
export class GatewayKeys {
  constructor(@Inject(Options) private readonly options: Options) {}

  /** What anyone may know of them. */
  get published(): JSONWebKeySet {
    return { keys: this.options.keys.map(publicHalf) };
  }

  /** Proves who we are at a token endpoint (RFC 7523). */
  async clientAuth(): Promise<ClientAuth> {
    const [jwk] = this.options.keys;
    if (!jwk) throw new Error('the gateway has no key');
    const key = await importJWK(jwk, 'RS256');
    if (key instanceof Uint8Array) throw new Error("the gateway's key is a shared secret");
    return PrivateKeyJwt({ key, ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) });
  }
}
