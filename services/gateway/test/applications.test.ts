import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import type { ApplicationForm } from '@definitivedx/contracts';
import type { Problem } from '@definitivedx/errors';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Browser } from './support/browser.js';
import { Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { auditOf, registerPerson, registerTrust } from './support/organisations.js';
import { publishTexts } from './support/people.js';

let world: World;
let gateway: RunningService;
/** The deployment's own, where the operator signs in. */
let own: Issuer;
let operator: Client;
let anyone: Client;
let misfits: Server;
let misfitUrl: string;

/** Discovery documents that will not do, by path. */
const wrongDocuments: Record<string, (base: string) => unknown> = {
  '/another-issuer': (base) => ({ ...goodDocument(base), issuer: 'https://id.other.invalid' }),
  '/no-keys': (base) => ({ ...goodDocument(base), jwks_uri: undefined }),
  '/no-code-flow': (base) => ({ ...goodDocument(base), response_types_supported: ['id_token'] }),
  '/no-private-key': (base) => ({
    ...goodDocument(base),
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  }),
  '/not-a-document': () => ['hello'],
  '/keys-are-gone': (base) => ({ ...goodDocument(base), jwks_uri: `${misfitUrl}/nothing` }),
};
const goodDocument = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${misfitUrl}/jwks`,
  response_types_supported: ['code'],
});

beforeAll(async () => {
  world = await startWorld();
  own = await Issuer.start();
  misfits = createServer((request, response) => {
    const path = (request.url ?? '').replace('/.well-known/openid-configuration', '');
    if (path === '/redirects') {
      response.writeHead(302, { location: `${misfitUrl}/good/.well-known/openid-configuration` }).end();
      return;
    }
    if (path === '/huge') {
      response.end(`{"issuer":"${'x'.repeat(1_000_000)}"}`);
      return;
    }
    const document = path.startsWith('/good') ? goodDocument : wrongDocuments[path];
    if (path === '/jwks') response.end(JSON.stringify({ keys: [{ kty: 'RSA', n: 'x', e: 'AQAB' }] }));
    else if (document) response.end(JSON.stringify(document(`${misfitUrl}${path}`)));
    else response.writeHead(404).end('nothing here');
  });
  await new Promise<void>((resolve) => misfits.listen(0, '127.0.0.1', resolve));
  misfitUrl = `http://127.0.0.1:${String((misfits.address() as AddressInfo).port)}`;
  await Promise.all([world.identityProvider(), world.startProgram('access')]);
  await publishTexts(world, '1');
  await registerTrust(world, 'OPS1');
  await registerPerson(world, own.url, 'operator', ['OPS1'], ['operator']);
  await registerPerson(world, own.url, 'clinician', ['OPS1']);
  gateway = await startGateway(world, { issuer: own.url });
  await until(() => (own.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  operator = new Client(gateway.url, await own.token('operator'));
  await operator.consent();
  anyone = new Client(gateway.url, undefined);
});
afterAll(async () => {
  own.stop();
  misfits.close();
  await world.stop();
});

const person = { name: 'A person', email: 'person@trust.invalid' };
const form = (odsCode: string, changes: Partial<ApplicationForm> = {}): ApplicationForm => ({
  odsCode,
  legalName: `NHS Foundation Trust ${odsCode}`,
  kind: 'trust',
  dataRegion: 'eu-west-2',
  agreement: {
    version: '2026-1',
    signatory: { ...person, role: 'Chief executive' },
    controllers: [{ party: 'The trust', role: 'controller' }],
  },
  contacts: { caldicottGuardian: person, clinicalSafetyOfficer: person, dataProtectionOfficer: person },
  issuer: {
    discoveryUrl: `${world.trustIssuer}/.well-known/openid-configuration`,
    clientId: 'definitivedx-gateway',
    preset: 'keycloak',
  },
  administrator: { ...person, subject: 'demo-new-trust-admin' },
  ...changes,
});
/** One whose issuer is of no interest: nobody has to sign in with it. */
const plainForm = (odsCode: string, changes: Partial<ApplicationForm> = {}): ApplicationForm =>
  form(odsCode, {
    issuer: { ...form(odsCode).issuer, discoveryUrl: `${misfitUrl}/good-${odsCode}` },
    ...changes,
  });

interface Applied {
  readonly reference: string;
  readonly pollToken: string;
  readonly status: string;
  readonly reason: string | null;
  readonly signInUrl: string | null;
  readonly client: Record<string, string>;
}
const apply = (body: unknown) => anyone.ask<Applied & Problem>('POST', '/api/v1/applications', body);
const poll = ({ reference, pollToken }: Pick<Applied, 'reference' | 'pollToken'>) =>
  anyone.ask<Applied & Problem>('GET', `/api/v1/applications/${reference}`, undefined, {
    'application-token': pollToken,
  });
const countOf = async (sql: string): Promise<number> => {
  const db = await world.database('access');
  const [row] = await db.run<{ n: number }>({ name: '', text: `select count(*)::int as n from ${sql}` });
  return row?.n ?? 0;
};

describe('a trust from zero', () => {
  let applied: Applied;

  it('applies, and is told how to set up the client for us', async () => {
    const { status, body } = await apply(form('RNEW1'));
    expect(status).toBe(201);
    applied = body;
    expect(body).toMatchObject({
      status: 'pending',
      signInUrl: null,
      client: {
        redirectUri: `${world.publicUrl}/auth/callback`,
        backChannelLogoutUri: `${world.publicUrl}/auth/back-channel-logout`,
        jwksUri: `${world.publicUrl}/.well-known/jwks.json`,
        authentication: 'private_key_jwt',
      },
    });
    expect((await auditOf(world, 'application.submit'))[0]).toMatchObject({
      actor_kind: 'unknown',
      detail: { odsCode: 'RNEW1' },
    });
  });

  it('asks for progress with its secret, without which there is no such application', async () => {
    expect((await poll(applied)).body).toMatchObject({ status: 'pending', reason: null });
    for (const pollToken of ['', 'x', `${applied.pollToken}x`]) {
      const { status, body } = await poll({ ...applied, pollToken });
      expect([status, body.code]).toEqual([404, 'not-found']);
    }
    expect((await poll({ ...applied, reference: 'APP-0000000000' })).status).toBe(404);
    const db = await world.database('access');
    expect(JSON.stringify(await db.run({ name: '', text: 'select * from application' }))).not.toContain(
      applied.pollToken,
    );
  });

  it('is nothing before it is approved: its issuer is unknown, its administrator nobody', async () => {
    expect(await countOf(`organisation where ods_code = 'RNEW1'`)).toBe(0);
    expect(await countOf(`issuer where issuer = '${world.trustIssuer}'`)).toBe(0);
    const response = await new Browser(world.publicUrl).ask('/auth/sign-in?organisation=RNEW1');
    expect(response.status).toBe(400);
  });

  it('is approved by many at once, and made once', async () => {
    const address = `/api/v1/applications/${applied.reference}/approval`;
    const replies = await Promise.all(Array.from({ length: 6 }, () => operator.ask('POST', address)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await operator.ask('POST', address)).body).toEqual(replies[0]?.body);
    expect(await countOf(`organisation where ods_code = 'RNEW1'`)).toBe(1);
    expect(await countOf(`audit where act = 'application.approve'`)).toBe(1);
    const { body } = await poll(applied);
    expect(body).toMatchObject({
      status: 'approved',
      signInUrl: `${world.publicUrl}/auth/sign-in?organisation=RNEW1`,
    });
  });

  it('signs its administrator in through its own issuer, within seconds', async () => {
    const browser = new Browser(world.publicUrl);
    await until(
      async () =>
        (await browser.signIn('new-trust-admin', '/', 'RNEW1').catch(() => undefined))?.status === 303,
      'the first sign-in',
      8_000,
    );
    expect(await (await browser.ask('/api/v1/me')).json()).toMatchObject({
      name: person.name,
      odsCode: 'RNEW1',
      roles: ['organisation-admin'],
      consented: false,
    });
    const weak = await new Browser(world.publicUrl).signIn('weak-trust-admin', '/', 'RNEW1');
    expect(weak.status).toBe(403);
    const stranger = await new Browser(world.publicUrl).signIn('new-trust-specialist', '/', 'RNEW1');
    expect(stranger.status).toBe(403);
  });

  it('has its ODS code and its issuer to itself from then on', async () => {
    expect(await apply(form('RNEW1'))).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const { status, body } = await apply(form('ROTHER'));
    expect([status, body.code, body.issues?.[0]?.path]).toEqual([409, 'conflict', 'issuer.discoveryUrl']);
  });
});

describe('an application', () => {
  it('is refused with a reason, once, and may be sent again', async () => {
    const { body } = await apply(plainForm('RREF1'));
    const address = `/api/v1/applications/${body.reference}/refusal`;
    expect(
      (await operator.ask('POST', address, { reason: 'The signatory is not known to us.' })).status,
    ).toBe(200);
    await operator.ask('POST', address, { reason: 'Another reason.' });
    expect((await poll(body)).body).toMatchObject({
      status: 'refused',
      reason: 'The signatory is not known to us.',
      signInUrl: null,
    });
    const approval = await operator.ask('POST', `/api/v1/applications/${body.reference}/approval`);
    expect([approval.status, approval.body.code]).toEqual([409, 'conflict']);
    expect(await countOf(`organisation where ods_code = 'RREF1'`)).toBe(0);
    expect((await apply(plainForm('RREF1'))).status).toBe(201);
  });

  it('is one per organisation, however many arrive at once', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await apply(plainForm('RDUP1'))).status),
    );
    expect(statuses.sort()).toEqual([201, 409, 409, 409, 409]);
    expect(await countOf(`application where ods_code = 'RDUP1'`)).toBe(1);
  });

  it('cannot be for an organisation that is there', async () => {
    expect(await apply(plainForm('OPS1'))).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('is approved in vain when its organisation came in another way', async () => {
    const { body } = await apply(plainForm('RLATE1'));
    await registerTrust(world, 'RLATE1');
    const approval = await operator.ask('POST', `/api/v1/applications/${body.reference}/approval`);
    expect([approval.status, approval.body.code]).toEqual([409, 'conflict']);
    expect((await poll(body)).body.status).toBe('pending');
  });

  const noEmail = { name: 'A person', email: 'a@trust.invalid' };
  const bad: [string, string, () => unknown][] = [
    ['a strange ODS code', 'odsCode', () => plainForm('r*')],
    ['no legal name', 'legalName', () => plainForm('RBAD1', { legalName: ' ' })],
    ['a name of two lines', 'legalName', () => plainForm('RBAD1', { legalName: 'a\r\nb' })],
    ['a region outside', 'dataRegion', () => plainForm('RBAD1', { dataRegion: 'us-east-1' })],
    ['a region that is not offered', 'dataRegion', () => plainForm('RBAD1', { dataRegion: 'eu-central-1' })],
    ['no contacts', 'contacts', () => ({ ...plainForm('RBAD1'), contacts: undefined })],
    [
      'a mail address that is none',
      'contacts.dataProtectionOfficer.email',
      () =>
        plainForm('RBAD1', {
          contacts: { ...form('RBAD1').contacts, dataProtectionOfficer: { ...person, email: 'x' } },
        }),
    ],
    [
      'nobody answering for the data',
      'agreement.controllers',
      () => plainForm('RBAD1', { agreement: { ...form('RBAD1').agreement, controllers: [] } }),
    ],
    ['more than was asked', '', () => ({ ...plainForm('RBAD1'), status: 'approved' })],
    [
      'neither preset nor profile',
      'issuer.preset',
      () => plainForm('RBAD1', { issuer: { discoveryUrl: `${misfitUrl}/good`, clientId: 'x' } }),
    ],
    [
      'an administrator Entra cannot vouch for',
      'administrator.subject',
      () =>
        plainForm('RBAD1', {
          issuer: { ...plainForm('RBAD1').issuer, preset: 'entra' },
          administrator: noEmail,
        }),
    ],
    ...(
      [
        ['that is not there', () => 'http://127.0.0.1:9'],
        ['that has no document', () => `${misfitUrl}/nowhere`],
        ['that sends us elsewhere', () => `${misfitUrl}/redirects`],
        ['that answers without end', () => `${misfitUrl}/huge`],
        ['that calls itself another', () => `${misfitUrl}/another-issuer`],
        ['without keys', () => `${misfitUrl}/no-keys`],
        ['whose keys are gone', () => `${misfitUrl}/keys-are-gone`],
        ['without the code flow', () => `${misfitUrl}/no-code-flow`],
        ['that does not take our key', () => `${misfitUrl}/no-private-key`],
        ['whose document is none', () => `${misfitUrl}/not-a-document`],
        ['with a password in its address', () => misfitUrl.replace('//', '//user:secret@')],
        ['of another scheme', () => 'file:///etc/passwd'],
      ] as [string, () => string][]
    ).map(([what, url]): [string, string, () => unknown] => [
      `an issuer ${what}`,
      'issuer.discoveryUrl',
      () => plainForm('RBAD1', { issuer: { ...form('RBAD1').issuer, discoveryUrl: url() } }),
    ]),
  ];

  it.each(bad)('with %s names %s, and nothing is kept', async (_what, path, body) => {
    const answer = await apply(body());
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-input']);
    expect(answer.body.issues?.map((issue) => issue.path)).toContain(path);
    expect(await countOf(`application where ods_code = 'RBAD1'`)).toBe(0);
  });

  it('has its administrator come in by a mail address that the issuer vouches for, once', async () => {
    const { body } = await apply(
      plainForm('RMAIL1', { administrator: { name: 'By mail', email: 'First@Trust.invalid' } }),
    );
    await operator.ask('POST', `/api/v1/applications/${body.reference}/approval`);
    const { identifyMember } = await import('@definitivedx/contracts');
    const signIn = async (subject: string, email: string) =>
      world.request(identifyMember, await world.as('gateway'), {
        ...{ issuer: `${misfitUrl}/good-RMAIL1`, subject, email, signIn: true },
      });
    await expect(signIn('someone', 'second@trust.invalid')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await signIn('first', 'first@trust.invalid')).toMatchObject({
      name: 'By mail',
      odsCode: 'RMAIL1',
    });
    await expect(signIn('later', 'first@trust.invalid')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await auditOf(world, 'identity.bind')).toHaveLength(1);
  });
});

describe('operators', () => {
  it('see applications, the newest first, and decide them; nobody else does', async () => {
    const clinician = new Client(gateway.url, await own.token('clinician'));
    await clinician.consent();
    const { body } = await apply(plainForm('RLIST1'));
    const list = await operator.ask<{ applications: { reference: string; form: ApplicationForm }[] }>(
      'GET',
      '/api/v1/applications?status=pending',
    );
    expect(list.body.applications[0]).toMatchObject({
      reference: body.reference,
      form: { odsCode: 'RLIST1' },
    });
    expect(JSON.stringify(list.body)).not.toContain(body.pollToken);
    const address = `/api/v1/applications/${body.reference}`;
    for (const [who, expected] of [
      [clinician, 403],
      [anyone, 401],
    ] as const) {
      expect((await who.ask('GET', '/api/v1/applications')).status).toBe(expected);
      expect((await who.ask('POST', `${address}/approval`)).status).toBe(expected);
      expect((await who.ask('POST', `${address}/refusal`, { reason: 'x' })).status).toBe(expected);
    }
    expect((await operator.ask('POST', '/api/v1/applications/APP-0000000000/approval')).status).toBe(404);
    expect((await operator.ask('POST', `${address}/refusal`, { reason: '' })).status).toBe(400);
  });

  it('no longer decide once they are none', async () => {
    const { body } = await apply(plainForm('REND1'));
    const db = await world.database('access');
    const set = (roles: string) =>
      db.run({
        name: '',
        text: `update membership set roles = '{${roles}}' from identity i where i.member_id = membership.member_id and i.subject = 'operator'`,
      });
    await set('clinician');
    const approval = await operator.ask('POST', `/api/v1/applications/${body.reference}/approval`);
    expect(approval.status).toBe(403);
    await set('operator');
  });
});

it('applications from one address are few', async () => {
  const strict = await startGateway(world, { issuer: own.url, port: 0, applicationsPerHour: 3 });
  const client = new Client(strict.url, undefined);
  const statuses = [];
  for (let i = 0; i < 5; i += 1) statuses.push((await client.ask('POST', '/api/v1/applications', {})).status);
  expect(statuses).toEqual([400, 400, 400, 429, 429]);
  expect((await client.ask('GET', '/api/openapi.json')).status).toBe(200);
});

it('where the inner network is closed, no application has us look into it', async () => {
  const closed = await startGateway(world, {
    ...{ issuer: own.url, port: 0, allowHttp: false },
    egress: { ports: [443], trustedHosts: [] },
  });
  const client = new Client(closed.url, undefined);
  const before = own.totalAsked;
  for (const discoveryUrl of [
    own.url,
    own.url.replace('http:', 'https:'),
    'https://localhost',
    'https://[::1]',
    'https://169.254.169.254',
  ]) {
    const { status, body } = await client.ask(
      'POST',
      '/api/v1/applications',
      plainForm('RSSRF1', { issuer: { ...form('RSSRF1').issuer, discoveryUrl } }),
    );
    expect([discoveryUrl, status, body.issues?.[0]?.path]).toEqual([
      discoveryUrl,
      400,
      'issuer.discoveryUrl',
    ]);
  }
  // Its own timer may ask its own issuer; the applications asked for nothing else.
  expect([...own.asked.keys()].every((path) => path === '/jwks' || path.startsWith('/.well-known/'))).toBe(
    true,
  );
  expect(own.totalAsked - before).toBeLessThanOrEqual(2);
});
