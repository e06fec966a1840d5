import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { RunningService } from '@definitivedx/bus';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Client } from './support/client.js';
import { audience, startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { publishTexts, registerPeople, subjectOf } from './support/people.js';

let world: World;
let issuer: Issuer;
let gateway: RunningService;

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await registerPeople(world, issuer.url);
  gateway = await startGateway(world, { issuer: issuer.url });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const clientOf = async (...token: Parameters<Issuer['token']>): Promise<Client> =>
  new Client(gateway.url, await issuer.token(...token));
const me = (token: string) => new Client(gateway.url, token).ask('GET', '/api/v1/me');
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (offset: number): number => Math.floor(world.clock.now().getTime() / 1000) + offset;

it('a good access token opens the API', async () => {
  const { status, body } = await (await clientOf(subjectOf('gp'))).ask<object>('GET', '/api/v1/me');
  expect([status, body]).toEqual([200, expect.objectContaining({ name: 'Test gp' })]);
});

it('the media type of a token may be written in full', async () => {
  const token = await issuer.token(subjectOf('gp'), {}, { typ: 'application/at+jwt' });
  expect((await me(token)).status).toBe(200);
});

describe('a hostile token is refused with 401 and nobody is asked anything:', () => {
  const claims = (): Record<string, unknown> => ({
    iss: issuer.url,
    sub: subjectOf('gp'),
    aud: audience,
    exp: seconds(900),
    acr: 'AAL2',
  });
  const attacks: Record<string, () => Promise<string> | string> = {
    'no algorithm': () => `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims())}.`,
    'no algorithm, in other letters': () =>
      `${part({ alg: 'nOnE', typ: 'at+jwt', kid: 'key-1' })}.${part(claims())}.`,
    'the public key as a shared secret': () => {
      const input = `${part({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })}.${part(claims())}`;
      return `${input}.${createHmac('sha256', issuer.publicPem).update(input).digest('base64url')}`;
    },
    'a key of its own in the header': async () => {
      const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
      return new SignJWT(claims())
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', jwk: await exportJWK(publicKey) })
        .sign(privateKey);
    },
    'the address of its own keys': () =>
      issuer.token(subjectOf('gp'), {}, { jku: `${issuer.url}/evil-jku`, kid: 'evil' }),
    'the address of its own certificate': () =>
      issuer.token(subjectOf('gp'), {}, { x5u: `${issuer.url}/evil-x5u`, kid: 'evil' }),
    'a path as key id': () => issuer.token(subjectOf('gp'), {}, { kid: '../../../../dev/null' }),
    'a statement as key id': () => issuer.token(subjectOf('gp'), {}, { kid: "x' union select 'y" }),
    'a critical header nobody knows': () => {
      const input = `${part({ alg: 'RS256', typ: 'at+jwt', kid: 'key-1', crit: ['x'], x: 1 })}.${part(claims())}`;
      return `${input}.${Buffer.alloc(256).toString('base64url')}`;
    },
    'another key with the right id': async () => {
      const { privateKey } = await generateKeyPair('RS256');
      return new SignJWT(claims())
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'key-1' })
        .sign(privateKey);
    },
    'another audience': () => issuer.token(subjectOf('gp'), { aud: 'urn:another:api' }),
    'no audience': () => issuer.token(subjectOf('gp'), { aud: undefined }),
    'another issuer': () => issuer.token(subjectOf('gp'), { iss: 'https://evil.invalid' }),
    'an issuer that begins like ours': () => issuer.token(subjectOf('gp'), { iss: `${issuer.url}/` }),
    'an ID token': () => issuer.token(subjectOf('gp'), {}, { typ: 'JWT' }),
    'no type': () => issuer.token(subjectOf('gp'), {}, { typ: undefined } as never),
    'an expired token': () => issuer.token(subjectOf('gp'), { exp: seconds(-60) }),
    'a token without an end': () => issuer.token(subjectOf('gp'), { exp: undefined }),
    'a token not yet valid': () => issuer.token(subjectOf('gp'), { nbf: seconds(600) }),
    'no subject': () => issuer.token(subjectOf('gp'), { sub: undefined }),
    'a weak sign-in': () => issuer.token(subjectOf('gp'), { acr: 'AAL1' }),
    'a sign-in of unknown strength': () => issuer.token(subjectOf('gp'), { acr: undefined }),
    'a changed payload': async () => {
      const [head, , signature] = (await issuer.token(subjectOf('gp'))).split('.');
      return `${head ?? ''}.${part({ ...claims(), sub: subjectOf('gp-two') })}.${signature ?? ''}`;
    },
    'something else altogether': () => 'not-a-token',
    'a token of 10 kB': () => issuer.token(subjectOf('gp'), { filler: 'x'.repeat(10_000) }),
  };

  it.each(Object.keys(attacks))('%s', async (attack) => {
    const token = await attacks[attack]!();
    const before = issuer.totalAsked;
    const { status, body, headers } = await me(token);
    expect([status, body.code]).toEqual([401, 'not-signed-in']);
    expect(headers.get('www-authenticate')).toMatch(
      /^Bearer error="(invalid_token|insufficient_user_authentication)"/,
    );
    expect(issuer.totalAsked).toBe(before);
  });

  it('another scheme', async () => {
    const { status } = await new Client(gateway.url, undefined).ask('GET', '/api/v1/me', undefined, {
      authorization: 'Basic Z3A6Z3A=',
    });
    expect(status).toBe(401);
  });
});

it('a person without an account is told so', async () => {
  const { status, body } = await me(await issuer.token('nobody'));
  expect([status, body.code]).toEqual([403, 'forbidden']);
});

describe('until both texts are accepted', () => {
  const caseId = '01890000-0000-7000-8000-000000000000';
  // That no route is missing is route-table.test.ts's to say, which tries each of them without consent, too.
  const refused: [string, string, unknown][] = [
    ['GET', '/api/v1/anonymisation-duty', undefined],
    ['GET', '/api/v1/panels', undefined],
    ['GET', `/api/v1/panels/${caseId}/on-call`, undefined],
    ['POST', '/api/v1/members/search', { name: 'Te' }],
    ['POST', '/api/v1/cases', {}],
    ['GET', '/api/v1/cases', undefined],
    ['GET', `/api/v1/cases/${caseId}`, undefined],
    ['POST', `/api/v1/cases/${caseId}/posts`, {}],
    ['GET', `/api/v1/cases/${caseId}/audience`, undefined],
    ['POST', `/api/v1/cases/${caseId}/audience`, {}],
    ['DELETE', `/api/v1/cases/${caseId}/audience/${caseId}`, undefined],
    ['POST', '/api/v1/cases/search', {}],
    ['POST', `/api/v1/cases/${caseId}/hand-over-acceptance`, {}],
    ['POST', `/api/v1/cases/${caseId}/record-copy`, {}],
    ['POST', `/api/v1/cases/${caseId}/close`, {}],
    ['POST', `/api/v1/cases/${caseId}/files`, 'x'],
    ['GET', `/api/v1/cases/${caseId}/files`, undefined],
    ['GET', `/api/v1/files/${caseId}`, undefined],
    ['GET', '/api/v1/hand-overs', undefined],
    ['POST', `/api/v1/panels/${caseId}/take-over`, {}],
    ['GET', '/api/v1/metrics/report', undefined],
    ['POST', '/api/v1/metrics/baselines', {}],
    ['GET', '/api/v1/events', undefined],
  ];

  it.each(refused)('%s %s answers consent-required', async (method, path, body) => {
    const client = await clientOf(subjectOf('gp-two'));
    const answer = await client.ask(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([403, 'consent-required']);
  });

  it('and from the very next request on everything is open, until a new version is in force', async () => {
    const client = await clientOf(subjectOf('gp-two'));
    await client.consent();
    expect((await client.ask('GET', '/api/v1/panels')).status).toBe(200);
    expect((await client.ask<{ consented: boolean }>('GET', '/api/v1/me')).body.consented).toBe(true);

    await publishTexts(world, '2');
    // A fresh token is a fresh sign-in; the old one's caller is kept for up to a minute.
    const later = await clientOf(subjectOf('gp-two'), { jti: 'later' });
    expect((await later.ask('GET', '/api/v1/panels')).body.code).toBe('consent-required');
    await later.consent();
    expect((await later.ask('GET', '/api/v1/panels')).status).toBe(200);
  });

  it('accepting something that is not in force is refused', async () => {
    const client = await clientOf(subjectOf('gp-two'));
    const stale = { kind: 'terms-of-use', version: '2', hash: '0'.repeat(64) };
    expect((await client.ask('POST', '/api/v1/consents', stale)).body.code).toBe('conflict');
  });
});
