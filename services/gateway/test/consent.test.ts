import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { RunningService } from '@definitivedx/bus';
import {
  type publishText,
  registerMember,
  roles,
  type ReplyOf,
  type consentRecord,
  type currentTexts,
  type textByVersion,
  type textVersions,
} from '@definitivedx/contracts';
import type { Problem } from '@definitivedx/errors';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { publishTexts, registerPeople } from './support/people.js';

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const file = new URL('../../../docs/api/openapi.json', import.meta.url);
const { paths } = JSON.parse(readFileSync(file, 'utf8')) as ApiDocument;
const routes = Object.entries(paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

/** What is reached without consent, and why. Everything else that the API offers is not. */
const withoutConsent: Readonly<Record<string, string>> = {
  'GET /.well-known/definitivedx-audit.json': 'public keys',
  'GET /.well-known/oauth-authorization-server': 'where programs get tokens',
  'POST /oauth/token': 'programs get tokens, which no consent is asked for',
  'POST /auth/back-channel-logout': 'a sign-in provider ends sessions',
  'POST /api/v1/applications': 'organisations apply before they have members',
  'GET /api/v1/applications/{reference}': 'organisations ask how their application stands',
  'GET /api/v1/me/identities': "one's own ways of signing in",
  'POST /api/v1/me/identities': "one's own ways of signing in",
  'POST /api/v1/me/organisation': 'whom one acts for, which decides nothing about data',
  'GET /auth/sign-in': 'signing in',
  'POST /auth/sign-out': 'signing out',
  'GET /api/v1/me': 'who one is, and whether one has consented',
  'GET /api/v1/consent-texts': 'what to consent to',
  'GET /api/v1/consent-texts/versions': 'what was and will be to consent to',
  'GET /api/v1/consent-texts/{kind}/versions/{version}': 'what was and will be to consent to',
  'GET /api/v1/consents': "one's own consents",
  'POST /api/v1/consents': 'consenting',
  'DELETE /api/v1/consents/{kind}': 'withdrawing',
  'POST /api/v1/me/export': "one's own data, whether or not one consents to anything",
  'POST /api/v1/me/erasure': "one's own data, whether or not one consents to anything",
  'GET /api/v1/departed-organisations/export':
    'an organisation that has left has no members; a token of its own opens it',
  'GET /api/v1/data-map': 'what is kept, for anybody to read',
  'POST /api/v1/platform/consent-texts':
    'without a text in force nobody could consent, the operator included',
};

let world: World;
let issuer: Issuer;
let gateways: RunningService[];
let person: string;

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await registerPeople(world, issuer.url);
  person = v7();
  // One who may do everything, so that nothing but the missing consent stands in the way.
  await world.request(registerMember, await world.as('operator'), {
    issuer: issuer.url,
    subject: person,
    name: 'Test everything',
    email: 'everything@demo.invalid',
    memberships: [{ odsCode: 'TEST1', roles: [...roles] }],
  });
  gateways = [
    await startGateway(world, { issuer: issuer.url }),
    await startGateway(world, { issuer: issuer.url, port: 0 }),
  ];
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 1, 'the keys fetched');
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const client = async (at = 0): Promise<Client> => new Client(gateways[at]!.url, await issuer.token(person));
const filled = (path: string): string => path.replaceAll(/\{[^}]+\}/g, v7());
const answerTo = async (route: string): Promise<string> => {
  const [method = '', path = ''] = route.split(' ');
  const isRead = method === 'GET' || method === 'HEAD';
  const me = await client();
  const { status, body } = await me.ask<Problem | undefined>(method, filled(path), isRead ? undefined : {});
  // The answer to a HEAD is a status alone.
  return `${route}: ${String(status)} ${method === 'HEAD' ? 'consent-required' : String(body?.code)}`;
};
const kind = 'terms-of-use';

describe('without consent to the texts in force', () => {
  const closed = routes.filter((route) => withoutConsent[route] === undefined);

  it('there is something to keep closed, and every exception is a route', () => {
    expect(closed.length).toBeGreaterThan(20);
    expect(Object.keys(withoutConsent).filter((route) => !routes.includes(route))).toEqual([]);
  });

  it.each(closed)('%s answers consent-required', async (route) => {
    expect(await answerTo(route)).toBe(`${route}: 403 consent-required`);
  });

  it('a new version closes everything again', async () => {
    const me = await client();
    await me.consent();
    expect((await me.ask('GET', '/api/v1/panels')).status).toBe(200);
    await publishTexts(world, '2');
    await until(async () => (await me.ask('GET', '/api/v1/panels')).body.code === 'consent-required');
    for (const route of closed) expect(await answerTo(route)).toBe(`${route}: 403 consent-required`);
    await me.consent();
    expect((await me.ask('GET', '/api/v1/panels')).status).toBe(200);
  });
});

describe('withdrawing', () => {
  it('closes every replica within two seconds, stays on record, and can be taken back', async () => {
    const [here, there] = [await client(0), await client(1)];
    await here.consent();
    for (const at of [here, there]) expect((await at.ask('GET', '/api/v1/panels')).status).toBe(200);
    const { body } = await here.ask<{ withdrawnAt: string | null }>('DELETE', `/api/v1/consents/${kind}`);
    expect(body.withdrawnAt).not.toBeNull();
    await until(
      async () => {
        const answers = await Promise.all([here, there].map((at) => at.ask('GET', '/api/v1/panels')));
        return answers.every((answer) => answer.body.code === 'consent-required');
      },
      'closed doors',
      2_000,
    );
    const again = await here.ask<{ withdrawnAt: string | null }>('DELETE', `/api/v1/consents/${kind}`);
    expect(again.body.withdrawnAt).toBeNull();
    await here.consent();
    expect((await there.ask('GET', '/api/v1/panels')).status).toBe(200);

    const record = await here.ask<ReplyOf<typeof consentRecord>>('GET', '/api/v1/consents');
    const last = record.body.acts.findLast((act) => act.kind === kind);
    const acts = record.body.acts.filter((act) => act.kind === kind && act.version === last?.version);
    expect(acts.slice(-3).map(({ act }) => act)).toEqual(['accepted', 'withdrawn', 'accepted']);
    const { body: current } = await here.ask<ReplyOf<typeof currentTexts>>('GET', '/api/v1/consent-texts');
    const text = current.texts.find((one) => one.kind === kind)!;
    expect(acts.at(-1)).toMatchObject({ version: text.version, hash: text.hash });
    expect(text.acceptedAt).toBe(acts.at(-1)!.at);
  });
});

describe('the texts', () => {
  it('are there in every version, those to come too, published by an operator', async () => {
    const me = await client();
    const text = {
      kind,
      version: '2099',
      title: 'Terms to come',
      body: 'Terms of use, as they will be.',
      effectiveFrom: '2099-01-01T00:00:00.000Z',
    };
    const published = await me.ask<ReplyOf<typeof publishText>>(
      'POST',
      '/api/v1/platform/consent-texts',
      text,
    );
    expect(published.status).toBe(200);
    const other = await me.ask('POST', '/api/v1/platform/consent-texts', { ...text, body: 'Other words.' });
    expect([other.status, other.body.code]).toEqual([409, 'conflict']);

    const { body } = await me.ask<ReplyOf<typeof textVersions>>('GET', '/api/v1/consent-texts/versions');
    const states = body.texts
      .filter((one) => one.kind === kind)
      .map(({ version, state }) => [version, state]);
    expect(states[0]).toEqual(['2099', 'upcoming']);
    expect(states.filter(([, state]) => state === 'in-force')).toHaveLength(1);
    expect(states.at(-1)).toEqual(['1', 'replaced']);

    const full = await me.ask<ReplyOf<typeof textByVersion>>(
      'GET',
      `/api/v1/consent-texts/${kind}/versions/2099`,
    );
    expect(full.body).toMatchObject({ body: text.body, hash: published.body.hash, state: 'upcoming' });
    const missing = await me.ask('GET', `/api/v1/consent-texts/${kind}/versions/0`);
    expect([missing.status, missing.body.code]).toEqual([404, 'not-found']);
  });

  it('are published by nobody without the role', async () => {
    const gp = new Client(gateways[0]!.url, await issuer.token('demo-gp'));
    const { status, body } = await gp.ask('POST', '/api/v1/platform/consent-texts', {});
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });
});
