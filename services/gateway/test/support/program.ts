import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { apiClient } from '@definitivedx/contracts';
import type { z } from 'zod';
import type { Client } from './client.js';

export type RegisteredClient = z.output<typeof apiClient>;

/** A key pair of a program, the public half as it registers it. */
export interface ProgramKey {
  readonly jwk: JWK & { kid: string };
  readonly privateKey: CryptoKey;
  readonly algorithm: string;
}

export async function programKey(algorithm = 'ES256', kid: string = randomUUID()): Promise<ProgramKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { jwk: { ...(await exportJWK(publicKey)), kid }, privateKey, algorithm };
}

/** A program outside that gets its tokens as OAuth says. */
export class Program {
  constructor(
    readonly clientId: string,
    readonly key: ProgramKey,
    /** What the gateway calls itself, wherever it really listens. */
    readonly publicUrl: string,
  ) {}

  /** Registers one as an administrator. */
  static async register(
    administrator: Client,
    publicUrl: string,
    scopes: readonly string[],
    key?: ProgramKey,
  ): Promise<Program> {
    const own = key ?? (await programKey());
    const { status, body } = await administrator.ask<RegisteredClient>(
      'POST',
      '/api/v1/organisation/clients',
      {
        name: 'Test program',
        scopes,
        jwks: { keys: [own.jwk] },
      },
    );
    if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
    return new Program(body.clientId, own, publicUrl);
  }

  /** A good proof, with anything changed or (undefined) left out. */
  assertion(
    now: Date,
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    privateKey = this.key.privateKey,
  ): Promise<string> {
    const seconds = Math.floor(now.getTime() / 1000);
    const payload = {
      iss: this.clientId,
      sub: this.clientId,
      aud: `${this.publicUrl}/oauth/token`,
      iat: seconds,
      exp: seconds + 60,
      jti: randomUUID(),
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: this.key.algorithm, kid: this.key.jwk.kid, ...header })
      .sign(privateKey);
  }
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly access_token?: string;
    readonly scope?: string;
    readonly expires_in?: number;
    readonly token_type?: string;
    readonly error?: string;
    readonly error_description?: string;
  };
}

/** Asks the token endpoint with a proof. */
export async function askForToken(
  home: string,
  assertion: string,
  extra: Record<string, string> = {},
): Promise<TokenAnswer> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...extra,
  });
  const response = await fetch(new URL('/oauth/token', home), { method: 'POST', body: form });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as TokenAnswer['body'],
  };
}
