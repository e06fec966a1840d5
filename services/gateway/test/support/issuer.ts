import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWTHeaderParameters,
} from 'jose';
import { audience } from './gateway.js';

/** Ours at the issuer, where people sign in through us. */
export const clientId = 'definitivedx-gateway';

/** An identity provider reduced to what verifying access tokens needs; it counts who asks it for anything. */
export class Issuer {
  /** Requests received, by path. */
  readonly asked = new Map<string, number>();
  /** What the next exchange of a code gives: claims of the ID token, and what UserInfo adds. */
  next: { claims: Record<string, unknown>; info: Record<string, unknown> } | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    readonly privateKey: CryptoKey,
    /** The public key as a file would hold it: what a key-confusion attack signs with. */
    readonly publicPem: string,
  ) {}

  static async start(): Promise<Issuer> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' };
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      issuer.asked.set(path, (issuer.asked.get(path) ?? 0) + 1);
      response.setHeader('content-type', 'application/json');
      void issuer.answer(path, jwk).then((body) => response.end(JSON.stringify(body)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const issuer: Issuer = new Issuer(server, url, privateKey, await exportSPKI(publicKey));
    return issuer;
  }

  get totalAsked(): number {
    return [...this.asked.values()].reduce((sum, n) => sum + n, 0);
  }

  /** A logout token as a good provider writes it, with anything changed or (undefined) left out. */
  logoutToken(
    claims: Record<string, unknown> = {},
    header: Partial<JWTHeaderParameters> = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return this.sign(
      {
        iss: this.url,
        aud: clientId,
        iat: now,
        exp: now + 120,
        jti: randomUUID(),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        ...claims,
      },
      { typ: 'logout+jwt', ...header },
    );
  }

  /** An access token as a good provider writes it, with anything changed or (undefined) left out. */
  token(
    subject: string,
    claims: Record<string, unknown> = {},
    header: Partial<JWTHeaderParameters> = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: this.url,
      sub: subject,
      aud: audience,
      iat: now,
      exp: now + 900,
      acr: 'AAL2',
      ...claims,
    };
    return this.sign(payload, { typ: 'at+jwt', ...header });
  }

  private async answer(path: string, jwk: unknown): Promise<unknown> {
    if (path === '/jwks') return { keys: [jwk] };
    if (path === '/token') {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: this.url, aud: clientId, iat: now, exp: now + 300, ...this.next?.claims };
      return {
        access_token: 'opaque',
        token_type: 'Bearer',
        id_token: await this.sign(claims, { typ: 'JWT' }),
      };
    }
    return path === '/userinfo' ? this.next?.info : this.metadata();
  }

  private sign(payload: Record<string, unknown>, header: Partial<JWTHeaderParameters>): Promise<string> {
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
      .sign(this.privateKey);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private metadata(): object {
    return {
      issuer: this.url,
      jwks_uri: `${this.url}/jwks`,
      authorization_endpoint: `${this.url}/auth`,
      token_endpoint: `${this.url}/token`,
      userinfo_endpoint: `${this.url}/userinfo`,
    };
  }
}
