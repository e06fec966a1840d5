import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportSPKI, importJWK } from 'jose';
import type { RunningService } from '@definitivedx/bus';
import { registerMember, registerOrganisation, scopes, type Role, type Scope } from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { publishTexts } from './support/people.js';
import { askForToken, Program, programKey, type RegisteredClient } from './support/program.js';

const clients = '/api/v1/organisation/clients';

let world: World;
let issuer: Issuer;
let gateway: RunningService;
/** A second replica, on the same databases. */
let other: RunningService;
let administrator: Client;
let stranger: Client;
let clinician: Client;

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await publishTexts(world, '1');
  gateway = await startGateway(world, { issuer: issuer.url });
  other = await startGateway(world, { issuer: issuer.url, port: 0 });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 1, 'the keys fetched');
  administrator = await person('TRUST1', ['organisation-admin']);
  stranger = await person('TRUST2', ['organisation-admin']);
  clinician = await person('TRUST1', ['clinician']);
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

async function person(odsCode: string, roles: Role[]): Promise<Client> {
  const operator = await world.as('operator');
  const subject = randomUUID();
  await world.request(registerOrganisation, operator, { odsCode, name: `Test ${odsCode}`, kind: 'trust' });
  await world.request(registerMember, operator, {
    issuer: issuer.url,
    subject,
    name: 'Test member',
    email: `${subject}@demo.invalid`,
    memberships: [{ odsCode, roles }],
  });
  const client = new Client(gateway.url, await issuer.token(subject));
  await client.consent();
  return client;
}

const now = (): Date => world.clock.now();
const program = (...scopes: string[]): Promise<Program> =>
  Program.register(administrator, world.publicUrl, scopes);
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function tokenOf(one: Program, extra: Record<string, string> = {}): Promise<string> {
  const { status, body } = await askForToken(gateway.url, await one.assertion(now()), extra);
  expect([status, body.error]).toEqual([200, undefined]);
  return body.access_token ?? '';
}

/** How a token fares at a door of programs, on either replica. */
const knock = (token: string, home = gateway.url) =>
  new Client(home, token).ask('GET', '/api/v1/organisation/webhooks');

describe('registering a program', () => {
  it('is for administrators of the organisation, and lists what they registered', async () => {
    const { clientId, key } = await program('webhooks', 'audit');
    const { body } = await administrator.ask<{ clients: RegisteredClient[] }>('GET', clients);
    expect(body.clients.find((one) => one.clientId === clientId)).toMatchObject({
      name: 'Test program',
      scopes: ['webhooks', 'audit'],
      keyIds: [key.jwk.kid],
      scimTokens: [],
    });
    expect((await clinician.ask('GET', clients)).body.code).toBe('forbidden');
    expect((await stranger.ask<{ clients: unknown[] }>('GET', clients)).body.clients).toEqual([]);
    for (const [method, path] of [
      ['DELETE', `${clients}/${clientId}`],
      ['POST', `${clients}/${clientId}/scim-token`],
      ['PUT', `${clients}/${clientId}/keys`],
    ] as const) {
      const body = method === 'PUT' ? { jwks: { keys: [key.jwk] } } : method === 'POST' ? {} : undefined;
      expect((await stranger.ask(method, path, body)).body.code).toBe('not-found');
    }
  });

  it.each([
    ['a private key', async () => ({ ...(await programKey()).jwk, d: 'AAAA' }), 'private part'],
    ['a shared key', () => ({ kty: 'oct', k: 'AAAA', kid: 'a' }), 'private part'],
    ['a key without an id', async () => ({ ...(await programKey()).jwk, kid: undefined }), 'kid'],
    ['a short RSA key', () => ({ kty: 'RSA', n: 'u'.repeat(171), e: 'AQAB', kid: 'a' }), '2048'],
    [
      'an RSA key padded with zeros',
      () => ({ kty: 'RSA', n: `${'A'.repeat(300)}${'u'.repeat(171)}`, e: 'AQAB', kid: 'a' }),
      '2048',
    ],
    ['an RSA key with exponent 1', () => ({ kty: 'RSA', n: 'u'.repeat(342), e: 'AQ', kid: 'a' }), 'exponent'],
    ['another curve', () => ({ kty: 'EC', crv: 'secp256k1', x: 'a', y: 'b', kid: 'a' }), 'kind'],
    [
      'a point beside the curve',
      () => ({ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43), kid: 'a' }),
      'valid',
    ],
    ['a key for encryption', async () => ({ ...(await programKey()).jwk, use: 'enc' }), 'signing'],
    [
      'an algorithm of another kind',
      async () => ({ ...(await programKey()).jwk, alg: 'HS256' }),
      'algorithm',
    ],
  ])('refuses %s, and says so', async (_what, make, says) => {
    const jwk = await make();
    const { status, body } = await administrator.ask('POST', clients, {
      name: 'Test program',
      scopes: ['audit'],
      jwks: { keys: [jwk] },
    });
    expect([status, body.code]).toEqual([400, 'invalid-input']);
    expect(body.issues?.[0]?.path).toBe('jwks.keys.0');
    expect(body.issues?.[0]?.message).toContain(says);
  });

  it('refuses two keys of one id, both ways of giving keys, and unknown scopes', async () => {
    const { jwk } = await programKey();
    const register = async (body: object) =>
      (await administrator.ask('POST', clients, { name: 'x', scopes: ['audit'], ...body })).body;
    expect((await register({ jwks: { keys: [jwk, jwk] } })).issues?.[0]?.path).toBe('jwks.keys.1');
    expect((await register({ jwks: { keys: [jwk] }, jwksUri: 'https://example.org/jwks' })).code).toBe(
      'invalid-input',
    );
    expect((await register({})).code).toBe('invalid-input');
    expect((await register({ jwks: { keys: [jwk] }, scopes: ['everything'] })).code).toBe('invalid-input');
    expect((await register({ jwks: { keys: [jwk] }, organisationId: randomUUID() })).code).toBe(
      'invalid-input',
    );
  });

  it('takes RSA, both curves and Ed25519, and each gets a token', async () => {
    for (const algorithm of ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']) {
      const key = await programKey(algorithm);
      const one = await Program.register(administrator, world.publicUrl, ['audit'], key);
      expect(await tokenOf(one)).toMatch(/^ddxc_/);
    }
  });

  it('reads published keys by a timer, and never because of a token', async () => {
    const key = await programKey();
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ keys: [key.jwk] }));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const jwksUri = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/jwks`;
    try {
      const { body } = await administrator.ask<RegisteredClient>('POST', clients, {
        name: 'x',
        scopes: ['audit'],
        jwksUri,
      });
      expect(body.keyIds).toEqual([]);
      await until(async () => {
        const { body: list } = await administrator.ask<{ clients: RegisteredClient[] }>('GET', clients);
        return list.clients.find(({ clientId }) => clientId === body.clientId)?.keyIds.length === 1;
      }, 'the published keys');
      const one = new Program(body.clientId, key, world.publicUrl);
      await tokenOf(one);
      const unknown = await one.assertion(now(), {}, { kid: 'unknown', jku: jwksUri });
      expect((await askForToken(gateway.url, unknown)).body.error).toBe('invalid_client');
      expect(asked).toBe(1);
    } finally {
      server.close();
    }
  });
});

describe('the token endpoint', () => {
  it('gives a token as RFC 6749 writes it, once per proof on all replicas', async () => {
    const one = await program('webhooks', 'audit');
    const proof = await one.assertion(now());
    const { status, headers, body } = await askForToken(gateway.url, proof, { scope: 'audit' });
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'audit' });
    for (const home of [gateway.url, other.url]) {
      const again = await askForToken(home, proof);
      expect([again.status, again.body.error]).toEqual([401, 'invalid_client']);
    }
    const atOnce = await one.assertion(now());
    const answers = await Promise.all(
      [gateway.url, other.url, gateway.url, other.url].map((home) => askForToken(home, atOnce)),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401, 401]);
  });

  const seconds = (offset: number): number => Math.floor(now().getTime() / 1000) + offset;
  const attacks: Record<string, (one: Program) => Promise<string> | string> = {
    'another audience': (one) => one.assertion(now(), { aud: 'https://other.example/oauth/token' }),
    'two audiences': (one) =>
      one.assertion(now(), { aud: [`${one.publicUrl}/oauth/token`, 'https://other.example'] }),
    'no audience': (one) => one.assertion(now(), { aud: undefined }),
    'another issuer': (one) => one.assertion(now(), { iss: randomUUID() }),
    'another subject': (one) => one.assertion(now(), { sub: randomUUID() }),
    'a subject that is no id': (one) => one.assertion(now(), { sub: "x' or 1=1", iss: "x' or 1=1" }),
    'an expired proof': (one) => one.assertion(now(), { exp: seconds(-10) }),
    'a proof not yet valid': (one) => one.assertion(now(), { nbf: seconds(60) }),
    'a proof that lives too long': (one) => one.assertion(now(), { exp: seconds(330) }),
    'a proof without an end': (one) => one.assertion(now(), { exp: undefined }),
    'a proof without an id': (one) => one.assertion(now(), { jti: undefined }),
    'an unknown key id': (one) => one.assertion(now(), {}, { kid: 'another' }),
    'no key id': (one) => one.assertion(now(), {}, { kid: undefined }),
    'a path as key id': (one) => one.assertion(now(), {}, { kid: '../../dev/null' }),
    'an access token': (one) => one.assertion(now(), {}, { typ: 'at+jwt' }),
    'another key under the right id': async (one) =>
      one.assertion(now(), {}, {}, (await programKey('ES256')).privateKey),
    'a key it brings along': async (one) => {
      const own = await programKey('ES256');
      return one.assertion(now(), {}, { jwk: own.jwk }, own.privateKey);
    },
    'no algorithm': (one) =>
      `${part({ alg: 'none', kid: one.key.jwk.kid })}.${part({ sub: one.clientId, iss: one.clientId })}.`,
    'the public key as a shared secret': async (one) => {
      const pem = await exportSPKI((await importJWK(one.key.jwk, 'ES256')) as never);
      const claims = {
        iss: one.clientId,
        sub: one.clientId,
        aud: `${one.publicUrl}/oauth/token`,
        exp: seconds(60),
        jti: 'a',
      };
      const input = `${part({ alg: 'HS256', kid: one.key.jwk.kid })}.${part(claims)}`;
      return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
    },
    'something else altogether': () => 'not-a-token',
    'a proof of 10 kB': (one) => one.assertion(now(), { filler: 'x'.repeat(10_000) }),
  };

  it.each(Object.keys(attacks))('refuses %s', async (attack) => {
    const one = await program('audit');
    const { status, body } = await askForToken(gateway.url, await attacks[attack]!(one));
    expect([status, body.error]).toEqual([401, 'invalid_client']);
    expect(body.access_token).toBeUndefined();
  });

  it('refuses forms that are not right, in the terms of OAuth', async () => {
    const one = await program('audit');
    const refusal = async (extra: Record<string, string>) =>
      (await askForToken(gateway.url, await one.assertion(now()), extra)).body.error;
    expect(await refusal({ grant_type: 'authorization_code' })).toBe('unsupported_grant_type');
    expect(await refusal({ grant_type: '' })).toBe('invalid_request');
    expect(await refusal({ client_assertion_type: 'x' })).toBe('invalid_client');
    expect(await refusal({ client_secret: 'x' })).toBe('invalid_client');
    expect(await refusal({ client_id: randomUUID() })).toBe('invalid_client');
    expect(await refusal({ scope: 'webhooks' })).toBe('invalid_scope');
    expect(await refusal({ scope: 'audit everything' })).toBe('invalid_scope');
    const json = await fetch(new URL('/oauth/token', gateway.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    });
    expect([json.status, ((await json.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
    const twice = new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ['grant_type', 'client_credentials'],
    ]);
    const response = await fetch(new URL('/oauth/token', gateway.url), { method: 'POST', body: twice });
    expect(((await response.json()) as { error: string }).error).toBe('invalid_request');
  });

  it('takes forms nowhere else', async () => {
    const response = await fetch(new URL('/api/v1/consents', gateway.url), {
      method: 'POST',
      body: new URLSearchParams({ a: 'b' }),
    });
    expect([401, 415]).toContain(response.status);
  });

  it('describes itself to client libraries', async () => {
    const response = await fetch(new URL('/.well-known/oauth-authorization-server', gateway.url));
    expect(await response.json()).toMatchObject({
      issuer: new URL(world.publicUrl).origin,
      token_endpoint: `${new URL(world.publicUrl).origin}/oauth/token`,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      grant_types_supported: ['client_credentials'],
    });
  });
});

describe('a token of a program', () => {
  /** What the routes of each scope begin with; whatever else there is, is closed to it. */
  const reach: Readonly<Record<Scope, RegExp>> = {
    scim: /^\/scim\/v2\//,
    members: /^\/api\/v1\/organisation\/members/,
    panels: /^\/api\/v1\/organisation\/panel(s|-offers)/,
    webhooks: /^\/api\/v1\/organisation\/webhooks/,
    audit: /^\/api\/v1\/(organisation\/)?audit/,
    export: /^\/api\/v1\/organisation\/export/,
    conformance: /^\/api\/v1\/organisation\/(conformance-runs|test-pages|panels\/\{panelId\}\/test-pages)/,
  };

  /** For anybody, so for programs too. */
  const forAnyone = [
    '/api/v1/applications',
    '/api/v1/applications/{reference}',
    '/api/v1/data-map',
    '/api/v1/departed-organisations/export',
  ];

  it.each(scopes)('of the scope %s reaches what that names and nothing else', async (scope) => {
    const client = new Client(gateway.url, await tokenOf(await program(scope)));
    const document = await client.ask<{ paths: Record<string, Record<string, unknown>> }>(
      'GET',
      '/api/openapi.json',
    );
    const reached: string[] = [];
    for (const [path, operations] of Object.entries(document.body.paths)) {
      if (!/^\/(api\/v1|scim)\//.test(path) || forAnyone.includes(path)) continue;
      for (const method of Object.keys(operations)) {
        const address = path.replaceAll(/\{\w+\}/g, '01890000-0000-7000-8000-000000000000');
        const bodiless = ['get', 'head', 'delete'].includes(method);
        // Bare, as some of what may be reached is no JSON.
        const response = await client.fetch(address, {
          method: method.toUpperCase(),
          ...(bodiless ? {} : { headers: { 'content-type': 'application/json' }, body: '{}' }),
        });
        const text = await response.text();
        if (response.status !== 403 || (method !== 'head' && !text.includes('"code":"forbidden"')))
          reached.push(path);
      }
    }
    expect(reached.filter((path) => !reach[scope].test(path))).toEqual([]);
    if (scope === 'webhooks') expect(new Set(reached).size).toBe(7);
  });

  it('opens no door of people, and says so', async () => {
    const token = await tokenOf(await program('audit', 'members', 'panels', 'export', 'scim', 'webhooks'));
    for (const path of ['/api/v1/me', '/api/v1/cases', '/api/v1/panels', '/api/v1/events', clients]) {
      const { status, body } = await new Client(gateway.url, token).ask('GET', path);
      expect([path, status, body.code]).toEqual([path, 403, 'forbidden']);
    }
  });

  it('ends on every replica within two seconds of the program being removed', async () => {
    const one = await program('audit');
    const token = await tokenOf(one);
    for (const home of [gateway.url, other.url]) expect((await knock(token, home)).status).toBe(403);
    expect((await administrator.ask('DELETE', `${clients}/${one.clientId}`)).status).toBe(200);
    await setTimeout(1_500);
    for (const home of [gateway.url, other.url]) expect((await knock(token, home)).status).toBe(401);
    expect((await askForToken(gateway.url, await one.assertion(now()))).body.error).toBe('invalid_client');
  });

  it('ends with its key, and lives on while its key does', async () => {
    const one = await program('audit');
    const token = await tokenOf(one);
    const next = await programKey();
    const keys = (...jwks: object[]) =>
      administrator.ask('PUT', `${clients}/${one.clientId}/keys`, { jwks: { keys: jwks } });
    expect((await keys(one.key.jwk, next.jwk)).status).toBe(200);
    await setTimeout(1_100);
    expect((await knock(token)).status).toBe(403);
    expect((await keys(next.jwk)).status).toBe(200);
    await setTimeout(1_100);
    expect((await knock(token)).status).toBe(401);
    expect((await askForToken(gateway.url, await one.assertion(now()))).body.error).toBe('invalid_client');
    await tokenOf(new Program(one.clientId, next, world.publicUrl));
  });

  it('is known by its hash alone, and ends after ten minutes', async () => {
    const token = await tokenOf(await program('audit'));
    const db = await world.database('gateway');
    const rows = await db.run<{ row: string }>(
      { name: '', text: 'select t::text as row from client_token t' },
      [],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
    expect((await knock(token)).status).toBe(403);
    world.clock.advance(601_000);
    await setTimeout(1_100);
    expect((await knock(token)).status).toBe(401);
  });

  it.each([
    'ddxc_',
    'ddxc_short',
    `ddxc_${'a'.repeat(43)}`,
    `ddxs_${'a'.repeat(43)}`,
    `ddxc_${'a'.repeat(5_000)}`,
  ])('that was never given is refused: %s', async (token) => {
    const { status, body, headers } = await knock(token);
    expect([status, body.code]).toEqual([401, 'not-signed-in']);
    expect(headers.get('www-authenticate')).toContain('invalid_token');
  });
});

describe('a SCIM token', () => {
  it('is shown once, two at a time, for programs with the scope, and ends when revoked', async () => {
    const one = await program('scim', 'audit');
    const path = `${clients}/${one.clientId}/scim-token`;
    const first = await administrator.ask<{ token: string; tokenId: string }>('POST', path, { days: 30 });
    expect([first.status, first.body.token.slice(0, 5)]).toEqual([201, 'ddxs_']);
    // Known, but good for nothing that is here: it opens SCIM alone, whatever else the program may do.
    expect((await knock(first.body.token)).status).toBe(403);
    const directory = new Client(gateway.url, first.body.token);
    expect((await directory.ask('GET', '/scim/v2/Users')).status).toBe(200);
    expect((await administrator.ask('POST', path, {})).status).toBe(201);
    expect((await administrator.ask('POST', path, {})).body.code).toBe('conflict');
    expect((await administrator.ask('POST', path, { days: 366 })).body.code).toBe('invalid-input');
    expect((await administrator.ask('DELETE', `${path}/${first.body.tokenId}`)).status).toBe(200);
    await setTimeout(1_500);
    expect((await knock(first.body.token)).status).toBe(401);
    expect((await directory.ask('GET', '/scim/v2/Users')).status).toBe(401);
    const without = await program('audit');
    const refused = await administrator.ask('POST', `${clients}/${without.clientId}/scim-token`, {});
    expect(refused.body.code).toBe('conflict');
  });
});

it('all of it is on the audit, refusals too, and no secret is', async () => {
  const one = await program('audit');
  await askForToken(gateway.url, await one.assertion(now()));
  await askForToken(gateway.url, await one.assertion(now(), { aud: 'urn:other' }));
  const db = await world.database('access');
  const text = `select act, outcome, actor_kind as kind, detail->>'reason' as reason, origin is not null as placed
     from audit where actor_id = $1 or subject_id = $1 order by id`;
  expect(await db.run({ name: '', text }, [one.clientId])).toEqual([
    { act: 'client.register', outcome: 'allowed', kind: 'member', reason: null, placed: true },
    { act: 'client.token', outcome: 'allowed', kind: 'client', reason: null, placed: true },
    { act: 'client.token', outcome: 'refused', kind: 'client', reason: 'assertion', placed: true },
  ]);
  const rows = await db.run<{ row: string }>({ name: '', text: 'select a::text as row from audit a' }, []);
  expect(rows.some(({ row }) => /ddx[cs]_|eyJ/.test(row))).toBe(false);
});
