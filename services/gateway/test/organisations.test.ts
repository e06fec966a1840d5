import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import { plainProfile } from '@definitivedx/contracts';
import type { Problem } from '@definitivedx/errors';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Browser } from './support/browser.js';
import { startGateway } from './support/gateway.js';
import { auditOf, register, registerPerson, registerTrust } from './support/organisations.js';

let world: World;
let gateway: RunningService;
let replica: RunningService;
const organisationId: Record<string, string> = {};
/** Of the member who signs in as `gp` at the deployment's own issuer. */
let gp: string;

const clientId = 'definitivedx-gateway';

beforeAll(async () => {
  world = await startWorld();
  await Promise.all([world.identityProvider(), world.startProgram('access')]);
  for (const odsCode of ['AAA1', 'BBB1', 'CCC1', 'TTT1']) {
    organisationId[odsCode] = await registerTrust(world, odsCode);
  }
  gp = await registerPerson(world, world.issuer, 'demo-gp', ['AAA1', 'BBB1']);
  await registerPerson(world, world.issuer, 'demo-gp-two', ['AAA1']);
  await register(world, world.trustIssuer, { clientId, organisations: [{ odsCode: 'TTT1' }] });
  gateway = await startGateway(world);
  replica = await startGateway(world, { port: 0 });
});
afterAll(() => world.stop());

interface Me {
  readonly memberId: string;
  readonly odsCode: string;
  readonly organisations: readonly { odsCode: string }[];
}
const meOf = async (browser: Browser): Promise<Me> => (await (await browser.ask('/api/v1/me')).json()) as Me;
const codesOf = (me: Me): string[] => me.organisations.map(({ odsCode }) => odsCode);
const codeOf = async (response: Response): Promise<[number, string]> => [
  response.status,
  ((await response.json()) as Problem).code,
];
async function signedIn(person: string, organisation?: string): Promise<Browser> {
  const browser = new Browser(world.publicUrl);
  expect((await browser.signIn(person, '/', organisation)).status).toBe(303);
  return browser;
}
/** The same session at the other replica. */
const atReplica = (browser: Browser) =>
  fetch(new URL('/api/v1/me', replica.url), {
    headers: { cookie: `__Host-session=${browser.cookie('__Host-session') ?? ''}` },
  });

describe('a session', () => {
  it('says for which organisations its person may act, and switches openly, on every replica at once', async () => {
    const browser = await signedIn('gp');
    expect(await meOf(browser)).toMatchObject({ odsCode: 'AAA1', memberId: gp });
    expect(codesOf(await meOf(browser))).toEqual(['AAA1', 'BBB1']);
    expect(((await (await atReplica(browser)).json()) as Me).odsCode).toBe('AAA1');

    const response = await browser.act('POST', '/api/v1/me/organisation', { odsCode: 'BBB1' });
    expect([response.status, ((await response.json()) as Me).odsCode]).toEqual([200, 'BBB1']);
    expect((await meOf(browser)).odsCode).toBe('BBB1');
    expect(((await (await atReplica(browser)).json()) as Me).odsCode).toBe('BBB1');
    expect((await auditOf(world, 'organisation.switch'))[0]).toEqual({
      actor_kind: 'member',
      actor_id: gp,
      organisation_id: organisationId['BBB1'],
      outcome: 'allowed',
      subject_id: organisationId['AAA1'],
      detail: { asked: 'BBB1' },
    });
  });

  it('does not switch to an organisation of others, and that is on record as well', async () => {
    const browser = await signedIn('gp');
    const response = await browser.act('POST', '/api/v1/me/organisation', { odsCode: 'CCC1' });
    expect(await codeOf(response)).toEqual([403, 'forbidden']);
    expect((await meOf(browser)).odsCode).toBe('AAA1');
    expect((await auditOf(world, 'organisation.switch'))[0]).toMatchObject({
      outcome: 'refused',
      actor_id: gp,
      detail: { asked: 'CCC1' },
    });
  });

  it('is another one for each browser', async () => {
    const [one, two] = [await signedIn('gp'), await signedIn('gp')];
    await one.act('POST', '/api/v1/me/organisation', { odsCode: 'BBB1' });
    expect((await meOf(two)).odsCode).toBe('AAA1');
  });

  it('is not switched by a header, nor by a page of another site', async () => {
    const browser = await signedIn('gp');
    const header = await browser.ask('/api/v1/me', { headers: { 'acting-organisation': 'BBB1' } });
    expect(await codeOf(header)).toEqual([400, 'invalid-input']);
    const foreign = await browser.act(
      'POST',
      '/api/v1/me/organisation',
      { odsCode: 'BBB1' },
      { origin: 'https://evil.invalid' },
    );
    expect(foreign.status).toBe(403);
    expect((await meOf(browser)).odsCode).toBe('AAA1');
  });

  it('may begin for a chosen organisation', async () => {
    expect((await meOf(await signedIn('gp', 'BBB1'))).odsCode).toBe('BBB1');
    const browser = new Browser(world.publicUrl);
    const response = await browser.signIn('gp-two', '/', 'BBB1');
    expect(await codeOf(response)).toEqual([403, 'forbidden']);
    expect(browser.cookie('__Host-session')).toBeUndefined();
  });

  it('cannot begin for an organisation that nobody signs in for', async () => {
    const response = await new Browser(world.publicUrl).ask('/auth/sign-in?organisation=NOSUCH');
    expect(await codeOf(response)).toEqual([400, 'invalid-input']);
    const other = await new Browser(world.publicUrl).ask(
      `/auth/sign-in?organisation=AAA1&issuer=${encodeURIComponent(world.trustIssuer)}`,
    );
    expect(await codeOf(other)).toEqual([400, 'invalid-input']);
  });
});

/** Adds the person of the trust's issuer to whoever is signed in in this browser. @returns the callback's response. */
async function link(browser: Browser, person: string): Promise<Response> {
  const response = await browser.act('POST', '/api/v1/me/identities', {
    organisation: 'TTT1',
    returnTo: '/linked',
  });
  expect(response.status).toBe(200);
  const { signInUrl } = (await response.json()) as { signInUrl: string };
  expect(new URL(signInUrl).searchParams.get('prompt')).toBe('login');
  return browser.ask(await browser.toCallbackFrom(signInUrl, person));
}
const identitiesOf = async (browser: Browser) =>
  ((await (await browser.ask('/api/v1/me/identities')).json()) as { identities: { issuer: string }[] })
    .identities;

describe('a second sign-in', () => {
  it('by a trust’s own issuer, which knows us by our key, is of whom it was registered for', async () => {
    const member = await registerPerson(world, world.trustIssuer, 'demo-new-trust-admin', ['TTT1']);
    const browser = await signedIn('new-trust-admin', 'TTT1');
    expect(await meOf(browser)).toMatchObject({ memberId: member, odsCode: 'TTT1' });
  });

  it('that was proved stands for the same person, with the places of the account that was empty', async () => {
    const other = await registerPerson(
      world,
      world.trustIssuer,
      'demo-new-trust-specialist',
      ['TTT1'],
      ['specialist'],
    );
    const browser = await signedIn('gp');
    const session = browser.cookie('__Host-session');
    const response = await link(browser, 'new-trust-specialist');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/linked']);
    // Still the session it was: the second sign-in opened none.
    expect(browser.cookie('__Host-session')).toBe(session);
    expect((await meOf(browser)).odsCode).toBe('AAA1');
    expect((await identitiesOf(browser)).map(({ issuer }) => issuer)).toEqual([
      world.issuer,
      world.trustIssuer,
    ]);
    expect((await auditOf(world, 'identity.link'))[0]).toMatchObject({
      actor_id: gp,
      subject_id: other,
      outcome: 'allowed',
      detail: { merged: true },
    });

    const asTrust = await signedIn('new-trust-specialist', 'TTT1');
    expect(await meOf(asTrust)).toMatchObject({ memberId: gp, odsCode: 'TTT1' });
    // Each sign-in acts only where it is taken.
    expect(codesOf(await meOf(asTrust))).toEqual(['TTT1']);
    expect(codesOf(await meOf(browser))).toEqual(['AAA1', 'BBB1']);
    const elsewhere = await browser.act('POST', '/api/v1/me/organisation', { odsCode: 'TTT1' });
    expect(await codeOf(elsewhere)).toEqual([403, 'forbidden']);
    expect((await link(browser, 'new-trust-specialist')).status).toBe(303);
  });

  it('with an account that has been used stays apart', async () => {
    const db = await world.database('access');
    await db.run({
      name: '',
      text: `insert into case_ref (case_id, requester_id, organisation_id)
             select gen_random_uuid(), member_id, '${organisationId['TTT1'] ?? ''}' from identity where subject = 'demo-new-trust-admin'`,
    });
    const browser = await signedIn('gp');
    expect(await codeOf(await link(browser, 'new-trust-admin'))).toEqual([409, 'conflict']);
    expect((await meOf(await signedIn('new-trust-admin', 'TTT1'))).memberId).not.toBe(gp);
    expect((await auditOf(world, 'identity.link'))[0]).toMatchObject({ actor_id: gp, outcome: 'refused' });
  });

  it('of an account that was disabled gives nothing back', async () => {
    const ended = await registerPerson(world, world.trustIssuer, 'demo-weak-trust-admin', ['TTT1']);
    const db = await world.database('access');
    await db.run({ name: '', text: `update member set status = 'disabled' where id = '${ended}'` });
    // Let it count as strong, so that nothing but its end is in the way.
    await register(world, world.trustIssuer, {
      clientId,
      acrValues: ['AAL1', 'AAL2'],
      profile: plainProfile,
    });
    const browser = await signedIn('gp-two');
    await until(
      async () => {
        const [status, code] = await codeOf(await link(browser, 'weak-trust-admin'));
        return status === 409 && code === 'conflict';
      },
      'the refusal',
      5_000,
    );
    expect(codesOf(await meOf(browser))).toEqual(['AAA1']);
    await register(world, world.trustIssuer, { clientId, profile: plainProfile });
  });

  it('must be strong by its issuer’s own list', async () => {
    const browser = await signedIn('gp-two');
    await until(
      async () => (await link(browser, 'weak-trust-admin')).status === 403,
      'the refusal of a weak sign-in',
      5_000,
    );
    expect(await identitiesOf(browser)).toHaveLength(1);
  });

  it('is linked only in the session that asked for it, and never by another site', async () => {
    const browser = await signedIn('gp-two');
    const begun = await browser.act('POST', '/api/v1/me/identities', { organisation: 'TTT1' });
    const { signInUrl } = (await begun.json()) as { signInUrl: string };
    const callback = await browser.toCallbackFrom(signInUrl, 'new-trust-admin');
    await browser.signIn('gp');
    expect(await codeOf(await browser.ask(callback))).toEqual([401, 'not-signed-in']);
    const foreign = await browser.act(
      'POST',
      '/api/v1/me/identities',
      { organisation: 'TTT1' },
      { origin: 'https://evil.invalid' },
    );
    expect(foreign.status).toBe(403);
    expect((await browser.ask('/api/v1/me/identities', { method: 'POST' })).status).toBe(403);
  });
});

describe('the gateway', () => {
  it('runs on while a trust’s issuer takes no sign-in', async () => {
    expect(gateway.url).not.toBe(replica.url);
    await registerTrust(world, 'AWAY1');
    await register(world, 'http://127.0.0.1:9', { clientId, organisations: [{ odsCode: 'AWAY1' }] });
    const response = await new Browser(world.publicUrl).ask('/auth/sign-in?organisation=AWAY1');
    expect(await codeOf(response)).toEqual([503, 'unavailable']);
    await until(
      async () => ((await (await atReplica(await signedIn('gp'))).json()) as Me).odsCode === 'AAA1',
      'everybody else',
    );
  });
});
