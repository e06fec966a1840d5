import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { doorOf } from '@definitivedx/auth';
import type { RunningService } from '@definitivedx/bus';
import type { Problem } from '@definitivedx/errors';
import { startWorld, type World } from '@definitivedx/testing';
import { startGateway } from './support/gateway.js';

let world: World;
let gateway: RunningService;

beforeAll(async () => {
  world = await startWorld();
  // No identity provider runs: the gateway has to start without it.
  gateway = await startGateway(world);
});
afterAll(() => world.stop());

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, gateway.url), { redirect: 'manual', ...init });
const problemOf = async (response: Response): Promise<Problem> => (await response.json()) as Problem;

interface ApiDocument {
  readonly paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>
  >;
}

/** A token of an issuer that may well be registered, as far as anyone can tell yet. */
const tokenOfAnyone = ['{"alg":"RS256"}', '{"iss":"https://id.trust.invalid"}', 'x']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');

describe('doors', () => {
  it('are declared on every route', () => {
    const reflector = gateway.app.get(Reflector);
    const undeclared: string[] = [];
    let routes = 0;
    for (const module of gateway.app.get(ModulesContainer).values()) {
      for (const { metatype } of module.controllers.values()) {
        if (typeof metatype !== 'function') continue;
        for (const name of Object.getOwnPropertyNames(metatype.prototype)) {
          const handler: unknown = Object.getOwnPropertyDescriptor(metatype.prototype, name)?.value;
          if (
            name === 'constructor' ||
            typeof handler !== 'function' ||
            !Reflect.hasMetadata('path', handler)
          )
            continue;
          routes += 1;
          const context = { getHandler: () => handler, getClass: () => metatype } as unknown as Parameters<
            typeof doorOf
          >[1];
          if (doorOf(reflector, context) === undefined) undeclared.push(`${metatype.name}.${name}`);
        }
      }
    }
    expect(undeclared).toEqual([]);
    expect(routes).toBeGreaterThan(20);
  });
});

describe('a problem document', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['an unknown address', '/nowhere', {}, 404, 'not-found'],
    ['an unknown address under the API', '/api/v1/nowhere', {}, 404, 'not-found'],
    [
      'a method that is not there',
      '/api/v1/me',
      { method: 'PUT', body: '{}', headers: json },
      404,
      'not-found',
    ],
    ['an address that cannot be decoded', '/api/v1/cases/%E0%A4%A', {}, 400, 'invalid-input'],
    [
      'JSON with a mistake in it',
      '/api/v1/cases',
      { method: 'POST', body: '{"question": secret', headers: json },
      400,
      'invalid-input',
    ],
    [
      'a form',
      '/api/v1/cases',
      { method: 'POST', body: new URLSearchParams({ a: 'b' }) },
      415,
      'unsupported-media-type',
    ],
    ['plain text', '/api/v1/cases', { method: 'POST', body: 'text' }, 415, 'unsupported-media-type'],
    [
      'more than 256 KiB',
      '/api/v1/cases',
      { method: 'POST', body: `"${'x'.repeat(300_000)}"`, headers: json },
      413,
      'payload-too-large',
    ],
    ['a sign-in while the provider is away', '/auth/sign-in', {}, 503, 'unavailable'],
    [
      'a token while the provider was never reached',
      '/api/v1/me',
      { headers: { authorization: `Bearer ${tokenOfAnyone}` } },
      503,
      'unavailable',
    ],
    [
      'a key of the prototype',
      '/api/v1/cases',
      { method: 'POST', body: '{"__proto__": {"a": 1}}', headers: json },
      400,
      'invalid-input',
    ],
  ] as const)('answers %s', async (_what, path, init, status, code) => {
    const response = await ask(path, init);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ code, status, type: `urn:definitivedx:problem:${code}` });
    expect(JSON.stringify(problem)).not.toMatch(/secret|stack|node_modules|Unexpected/);
    if (status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('also answers what is not HTTP, and headers that are too large', async () => {
    expect(await raw('NONSENSE\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [^]*application\/problem\+json[^]*invalid-input/,
    );
    expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 413 [^]*payload-too-large/,
    );
  });

  it('is a page for a browser at the sign-in', async () => {
    const response = await ask('/auth/sign-in', { headers: { accept: 'text/html,application/xhtml+xml' } });
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('cannot be reached');
  });
});

const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (data: string) => (answer += data));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });

describe('security headers', () => {
  it.each(['/', '/api/docs', '/api/v1/me', '/nowhere'])('come with %s', async (path) => {
    const { headers } = await ask(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
    if (path.startsWith('/api/v1')) expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('documentation', () => {
  it('is a page with everything from this server', async () => {
    const page = await (await ask('/api/docs')).text();
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(assets).toHaveLength(3);
    for (const asset of assets) {
      const response = await ask(asset);
      expect([asset, response.status]).toEqual([asset, 200]);
      await response.arrayBuffer();
    }
    expect((await ask('/api/docs/package.json')).status).toBe(404);
    expect((await ask('/api/docs/..%2fpackage.json')).status).toBe(404);
  });

  it('describes the problems of every operation', async () => {
    const { paths } = (await (await ask('/api/openapi.json')).json()) as ApiDocument;
    for (const [path, operations] of Object.entries(paths)) {
      if (!path.startsWith('/api/v1')) continue;
      for (const operation of Object.values(operations)) {
        expect(Object.keys(operation.responses)).toEqual(
          expect.arrayContaining(['401', '403', '429', '503']),
        );
        for (const [status, { content = {} }] of Object.entries(operation.responses)) {
          expect(Object.keys(content)).toHaveLength(1);
          if (Number(status) >= 400) expect(Object.keys(content)).toEqual(['application/problem+json']);
        }
      }
    }
  });
});

describe('limits', () => {
  it('count per address while nobody is signed in', async () => {
    const other = await startWorld();
    try {
      const strict = await startGateway(other, { rateLimitPerMinute: 5 });
      const statuses: number[] = [];
      for (let i = 0; i < 7; i += 1) statuses.push((await fetch(new URL('/api/v1/me', strict.url))).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
      const refused = await fetch(new URL('/api/v1/me', strict.url));
      expect(await problemOf(refused)).toMatchObject({ code: 'rate-limited', status: 429 });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await fetch(new URL('/healthz', strict.url))).status).toBe(200);
    } finally {
      await other.stop();
    }
  });
});
