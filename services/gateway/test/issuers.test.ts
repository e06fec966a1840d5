import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import { issuerPresets, plainProfile, type IssuerProfile } from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Browser } from './support/browser.js';
import { Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { clientId, Issuer } from './support/issuer.js';
import { auditOf, register, registerPerson, registerTrust } from './support/organisations.js';

let world: World;
let own: Issuer;
let trust: Issuer;
let cis2: Issuer;
let gateway: RunningService;
let silent: Server;

const cis2Profile: IssuerProfile = {
  ...issuerPresets.cis2.profile,
  roleGrants: { R8000: ['clinician'], R8008: ['organisation-admin'] },
};
const places = [
  { org_code: 'A81001', person_roleid: 'one', role_code: 'R8000' },
  { org_code: 'A81002', person_roleid: 'two', role_code: 'R8000' },
  { org_code: 'RYJ', person_roleid: 'three', role_code: 'R9999' },
];

beforeAll(async () => {
  world = await startWorld();
  [own, trust, cis2] = await Promise.all([Issuer.start(), Issuer.start(), Issuer.start()]);
  await world.startProgram('access');
  for (const odsCode of ['OWN1', 'TRUST1', 'A81001', 'A81002', 'RYJ']) await registerTrust(world, odsCode);
  await registerPerson(world, own.url, 'gp', ['OWN1']);
  await registerPerson(world, trust.url, 'doctor', ['TRUST1']);
  await registerPerson(world, cis2.url, 'locum', ['A81001', 'A81002', 'RYJ']);
  await register(world, trust.url, { acrValues: ['gold'], audience: 'urn:trust:api' });
  await register(world, cis2.url, {
    clientId,
    profile: cis2Profile,
    acrValues: ['AAL3'],
    organisations: [{ odsCode: 'A81002', claimValue: 'practice-two' }],
  });
  // One that takes connections and never says a word.
  silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const deaf = `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
  await registerPerson(world, deaf, 'nobody', ['OWN1']);
  gateway = await startGateway(world, { issuer: own.url });
  await Promise.all(
    [own, trust, cis2].map((issuer) => until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched')),
  );
});
afterAll(async () => {
  for (const issuer of [own, trust, cis2]) issuer.stop();
  silent.closeAllConnections();
  silent.close();
  await world.stop();
});

const me = (token: string, headers: Record<string, string> = {}) =>
  new Client(gateway.url, token).ask<{ odsCode: string; roles: string[]; code: string; detail: string }>(
    'GET',
    '/api/v1/me',
    undefined,
    headers,
  );
const trustToken = (claims: Record<string, unknown> = {}) =>
  trust.token('doctor', { acr: 'gold', aud: 'urn:trust:api', ...claims });
const cis2Token = (selected: string | undefined, claims: Record<string, unknown> = {}) =>
  cis2.token('pairwise', {
    acr: 'AAL3',
    nhsid_useruid: 'locum',
    nhsid_nrbac_roles: places,
    selected_roleid: selected,
    ...claims,
  });

describe('tokens of several issuers', () => {
  it('count side by side, each by its own rules, while one of the issuers never answers', async () => {
    expect(await me(await own.token('gp'))).toMatchObject({ status: 200, body: { odsCode: 'OWN1' } });
    expect(await me(await trustToken())).toMatchObject({ status: 200, body: { odsCode: 'TRUST1' } });
    expect(await me(await cis2Token('one'))).toMatchObject({ status: 200, body: { odsCode: 'A81001' } });
  });

  it.each([
    ['strong for another issuer', () => trustToken({ acr: 'AAL2' })],
    ['for the audience of another issuer', () => trustToken({ aud: 'urn:definitivedx:api' })],
    [
      'signed by another issuer',
      () => own.token('doctor', { iss: trust.url, acr: 'gold', aud: 'urn:trust:api' }),
    ],
    ['strong for the deployment, not for its issuer', () => cis2Token('one', { acr: 'AAL2' })],
    ['of an issuer nobody registered', () => own.token('gp', { iss: 'https://evil.invalid' })],
    ['of an issuer that is only almost registered', () => trustToken({ iss: `${trust.url}/` })],
    ['that does not name the person', () => cis2Token('one', { nhsid_useruid: undefined })],
  ])('are refused when they are %s, and nobody is asked', async (_what, tokenOf) => {
    const token = await tokenOf();
    const before = [own, trust, cis2].map((issuer) => issuer.totalAsked);
    expect(await me(token)).toMatchObject({ status: 401, body: { code: 'not-signed-in' } });
    expect([own, trust, cis2].map((issuer) => issuer.totalAsked)).toEqual(before);
  });

  it('do not mix up people who are called the same by different issuers', async () => {
    expect(await me(await trustToken({ sub: 'gp' }))).toMatchObject({ status: 403 });
    expect(await me(await own.token('doctor'))).toMatchObject({ status: 403 });
  });
});

describe('a token acts', () => {
  it('where it was signed in for, in the role it was signed in for', async () => {
    const answer = await me(await cis2Token('one'));
    expect(answer.body).toMatchObject({ odsCode: 'A81001', roles: ['clinician'] });
    expect((answer.body as unknown as { organisations: unknown[] }).organisations).toHaveLength(1);
  });

  it('under the name its issuer has for the place', async () => {
    const token = await cis2.token('x', {
      acr: 'AAL3',
      nhsid_useruid: 'locum',
      nhsid_nrbac_roles: [{ org_code: 'practice-two', person_roleid: 'a', role_code: 'R8000' }],
      selected_roleid: 'a',
    });
    expect((await me(token)).body.odsCode).toBe('A81002');
  });

  it.each([
    [
      'in practice B when practice A was selected',
      'one',
      { 'acting-organisation': 'A81002' },
      /another place/,
    ],
    [
      'in practice A in a role that is nothing here',
      'three',
      { 'acting-organisation': 'RYJ' },
      /role you chose/,
    ],
    ['anywhere when nothing was selected', undefined, {}, /another place/],
    [
      'for an organisation the person does not belong to',
      'one',
      { 'acting-organisation': 'OWN1' },
      /not a member/,
    ],
  ])('never %s', async (_what, selected, headers, why) => {
    const { status, body } = await me(await cis2Token(selected), headers);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toMatch(why);
  });

  it('never for an organisation that did not register its issuer', async () => {
    // The person belongs there; the sign-in that proves them does not.
    const db = await world.database('access');
    await db.run({
      name: '',
      text: `insert into identity (issuer, subject, member_id)
             select '${own.url}', 'locum-elsewhere', member_id from identity where subject = 'locum'`,
    });
    const { status, body } = await me(await own.token('locum-elsewhere'), {
      'acting-organisation': 'A81001',
    });
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toMatch(/sign-in\?organisation=A81001/);
    expect((await me(await own.token('locum-elsewhere'))).status).toBe(403);
  });

  it.each(['', 'a81001', '*', 'A81001, A81002', 'X'.repeat(40)])(
    'nowhere by the header %j',
    async (acting) => {
      const { status, body } = await me(await own.token('gp'), { 'acting-organisation': acting });
      expect([status, body.code]).toEqual([400, 'invalid-input']);
    },
  );
});

/** Signs in at CIS2 in a browser, with this ID token and this UserInfo. */
async function signInAtCis2(
  claims: Record<string, unknown>,
  info: Record<string, unknown>,
  organisation = 'A81001',
): Promise<{ browser: Browser; response: Response }> {
  const browser = new Browser(gateway.url);
  const begun = await browser.ask(`/auth/sign-in?organisation=${organisation}`);
  const asked = new URL(begun.headers.get('location') ?? '');
  expect(asked.searchParams.get('acr_values')).toBe('AAL2_OR_AAL3_ANY');
  expect(asked.searchParams.get('scope')).toContain('nationalrbacaccess');
  cis2.next = {
    claims: { sub: 'x', acr: 'AAL3', nonce: asked.searchParams.get('nonce'), ...claims },
    info: { sub: 'x', nhsid_useruid: 'locum', nhsid_nrbac_roles: places, ...info },
  };
  const state = asked.searchParams.get('state') ?? '';
  return { browser, response: await browser.ask(`/auth/callback?code=c&state=${state}`) };
}

describe('a session at CIS2', () => {
  it('acts where its role was selected, which UserInfo tells, and nowhere else', async () => {
    const { browser, response } = await signInAtCis2({}, { selected_roleid: 'one' });
    expect(response.status).toBe(303);
    expect(await (await browser.ask('/api/v1/me')).json()).toMatchObject({
      odsCode: 'A81001',
      roles: ['clinician'],
      organisations: [{ odsCode: 'A81001' }],
    });
    const switched = await browser.act(
      'POST',
      '/api/v1/me/organisation',
      { odsCode: 'A81002' },
      {
        origin: new URL(world.publicUrl).origin,
      },
    );
    expect(switched.status).toBe(403);
    expect(((await switched.json()) as { detail: string }).detail).toMatch(/another place than A81002/);
    const [latest] = await auditOf(world, 'sign-in');
    expect(latest).toMatchObject({
      outcome: 'allowed',
      detail: { asked: 'A81001', organisations: ['A81001'], roleCodes: ['R8000'] },
    });
  });

  it.each([
    ['for practice A with a role at practice B', {}, { selected_roleid: 'two' }, /another place/],
    ['without a role', {}, {}, /another place/],
    [
      'without strong authentication, whatever UserInfo says',
      { acr: 'AAL1' },
      { selected_roleid: 'one', acr: 'AAL3' },
      /strong authentication/,
    ],
    [
      'as somebody else than the ID token says',
      {},
      { sub: 'y', selected_roleid: 'one' },
      /could not be verified/,
    ],
  ])('is none %s', async (_what, claims, info, why) => {
    const { browser, response } = await signInAtCis2(claims, info);
    expect(response.status).toBe(403);
    expect(((await response.json()) as { detail: string }).detail).toMatch(why);
    expect(browser.cookie('__Host-session')).toBeUndefined();
  });
});

describe('an issuer', () => {
  it('counts within two seconds of being registered, and no longer when it is given up', async () => {
    const late = await Issuer.start();
    try {
      const token = await late.token('newcomer');
      expect((await me(token)).status).toBe(401);
      expect(late.totalAsked).toBe(0);
      await registerPerson(world, late.url, 'newcomer', ['OWN1']);
      await until(async () => (await me(token)).status === 200, 'the new issuer', 4_000);
      const db = await world.database('access');
      await db.run({ name: '', text: `delete from organisation_issuer where issuer = '${late.url}'` });
      await until(async () => (await me(token)).status !== 200, 'its end at the organisation', 2_000);
      await until(async () => (await me(token)).status === 401, 'its end', 4_000);
    } finally {
      late.stop();
    }
  });

  it('may change how its tokens are read without being asked for its keys again', async () => {
    const asked = trust.asked.get('/jwks');
    await register(world, trust.url, {
      acrValues: ['silver'],
      audience: 'urn:trust:api',
      profile: plainProfile,
    });
    await until(
      async () => (await me(await trustToken({ acr: 'silver' }))).status === 200,
      'the new level',
      4_000,
    );
    expect((await me(await trustToken())).status).toBe(401);
    expect(trust.asked.get('/jwks')).toBe(asked);
  });

  it('finds our public keys, and nothing private, where it was told to look', async () => {
    const response = await fetch(`${gateway.url}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});
