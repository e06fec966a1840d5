import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import { statement } from '@definitivedx/db';
import type { Problem } from '@definitivedx/errors';
import { startWorld, type World } from '@definitivedx/testing';
import { Housekeeping } from '../src/housekeeping.js';
import { Browser } from './support/browser.js';
import { startGateway } from './support/gateway.js';
import { registerPeople } from './support/people.js';

let world: World;
let gateway: RunningService;

beforeAll(async () => {
  world = await startWorld();
  await Promise.all([world.identityProvider(), world.startProgram('access')]);
  await registerPeople(world, world.issuer);
  gateway = await startGateway(world);
});
afterAll(() => world.stop());

const newBrowser = (): Browser => new Browser(world.publicUrl);
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as Problem).code;
const statusOf = async (browser: Browser): Promise<number> => (await browser.ask('/api/v1/me')).status;

describe('signing in', () => {
  it('opens a session for the person the provider vouches for and goes back to where they were', async () => {
    const browser = newBrowser();
    const response = await browser.signIn('gp', '/cases?tab=mine');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/cases?tab=mine');
    expect(await (await browser.ask('/api/v1/me')).json()).toMatchObject({
      name: 'Test gp',
      odsCode: 'TEST1',
      consented: false,
    });
  });

  it('sets cookies that scripts cannot read, other sites cannot plant and plain http never carries', async () => {
    const browser = newBrowser();
    await browser.signIn('gp');
    const ours = browser.setCookies.filter((line) => line.startsWith('__Host-'));
    expect(ours.map((line) => line.split('=')[0])).toEqual(
      expect.arrayContaining(['__Host-session', '__Host-sign-in']),
    );
    for (const line of ours) {
      expect(line).toMatch(/; Path=\/(;|$)/);
      expect(line).toMatch(/; HttpOnly/);
      expect(line).toMatch(/; Secure/);
      expect(line).toMatch(/; SameSite=Lax/);
      expect(line).not.toMatch(/Domain=/);
    }
  });

  it('stores only the hash of the session', async () => {
    const browser = newBrowser();
    await browser.signIn('gp');
    const db = await world.database('gateway');
    const rows = await db.run(statement('test-sessions', 'select * from session'));
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(browser.cookie('__Host-session'));
  });

  it('works in two tabs at once', async () => {
    const browser = newBrowser();
    const [first, second] = [await browser.toCallback('gp', '/one'), await browser.toCallback('gp', '/two')];
    expect((await browser.ask(second)).headers.get('location')).toBe('/two');
    expect((await browser.ask(first)).headers.get('location')).toBe('/one');
  });

  it.each([
    '//evil.invalid/',
    '/\\evil.invalid',
    'https://evil.invalid',
    'javascript:alert(1)',
    '/a\tb',
    '/\r\nset-cookie: x',
  ])('never leads away from the site: %j', async (returnTo) => {
    expect((await newBrowser().signIn('gp', returnTo)).headers.get('location')).toBe('/');
  });

  it('replaces the session that was there', async () => {
    const browser = newBrowser();
    const planted = 'planted-by-someone-else';
    browser.setCookie('__Host-session', planted);
    await browser.signIn('gp');
    const first = browser.cookie('__Host-session');
    expect(first).not.toBe(planted);
    await browser.signIn('gp');
    expect(browser.cookie('__Host-session')).not.toBe(first);
    const old = newBrowser();
    old.setCookie('__Host-session', first ?? '');
    expect(await statusOf(old)).toBe(401);
  });

  it('refuses a sign-in without strong authentication, with a page for people', async () => {
    const browser = newBrowser();
    const address = await browser.toCallback('weak-gp');
    const response = await browser.ask(address, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('strong authentication');
    expect(browser.cookie('__Host-session')).toBeUndefined();
  });

  it('refuses a person without an account', async () => {
    const browser = newBrowser();
    const response = await browser.signIn('trust-admin');
    expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden']);
    expect(browser.cookie('__Host-session')).toBeUndefined();
  });
});

describe('an answer from the provider', () => {
  it('counts once: neither state nor code can be replayed', async () => {
    const browser = newBrowser();
    const address = await browser.toCallback('gp');
    expect((await browser.ask(address)).status).toBe(303);
    const again = await browser.ask(address);
    expect([again.status, await codeOf(again)]).toEqual([400, 'invalid-input']);

    // The same code with the state of another sign-in of the same browser.
    const fresh = await browser.toCallback('gp');
    fresh.searchParams.set('code', address.searchParams.get('code') ?? '');
    const replayed = await browser.ask(fresh);
    expect([replayed.status, await codeOf(replayed)]).toEqual([403, 'forbidden']);
  });

  it('counts for one of many that arrive at once', async () => {
    const browser = newBrowser();
    const address = await browser.toCallback('gp');
    const statuses = await Promise.all([1, 2, 3, 4, 5].map(async () => (await browser.ask(address)).status));
    expect(statuses.sort()).toEqual([303, 400, 400, 400, 400]);
  });

  it('counts only in the browser that began', async () => {
    const victim = newBrowser();
    await victim.toCallback('gp-two');
    const address = await newBrowser().toCallback('gp');
    expect((await victim.ask(address)).status).toBe(400);
    expect(victim.cookie('__Host-session')).toBeUndefined();
  });

  it.each(['', 'unknown'])('is refused with the state %j', async (state) => {
    const browser = newBrowser();
    const address = await browser.toCallback('gp');
    address.searchParams.set('state', state);
    expect((await browser.ask(address)).status).toBe(400);
  });

  it('is refused when its nonce is that of another sign-in', async () => {
    const browser = newBrowser();
    const address = await browser.toCallback('gp');
    const db = await world.database('gateway');
    await db.run(statement('test-nonce', "update login_attempt set nonce = 'another'"));
    const response = await browser.ask(address);
    expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden']);
  });

  it('is refused after ten minutes', async () => {
    const browser = newBrowser();
    const address = await browser.toCallback('gp');
    world.clock.advance(10 * 60_000);
    expect((await browser.ask(address)).status).toBe(400);
  });

  it('may say that the person cancelled', async () => {
    const browser = newBrowser();
    const address = await browser.toCallback('gp');
    address.searchParams.delete('code');
    address.searchParams.set('error', 'access_denied');
    const response = await browser.ask(address);
    expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden']);
  });
});

describe('a session', () => {
  it('ends after half an hour without a request, and not before', async () => {
    const browser = newBrowser();
    await browser.signIn('gp');
    world.clock.advance(29 * 60_000);
    expect(await statusOf(browser)).toBe(200);
    world.clock.advance(29 * 60_000);
    expect(await statusOf(browser)).toBe(200);
    world.clock.advance(30 * 60_000);
    expect(await statusOf(browser)).toBe(401);
  });

  it('ends after twelve hours, however active', async () => {
    const browser = newBrowser();
    await browser.signIn('gp');
    for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
      expect(await statusOf(browser)).toBe(200);
      world.clock.advance(20 * 60_000);
    }
    const response = await browser.ask('/api/v1/me');
    expect([response.status, await codeOf(response)]).toEqual([401, 'not-signed-in']);
    expect(browser.cookie('__Host-session')).toBeUndefined();
  });

  it('ends at sign-out, at once, and says where to end the provider’s own', async () => {
    const browser = newBrowser();
    await browser.signIn('gp');
    const secret = browser.cookie('__Host-session') ?? '';
    const response = await browser.act('POST', '/auth/sign-out');
    expect(response.status).toBe(200);
    const { endSessionUrl } = (await response.json()) as { endSessionUrl: string };
    expect(endSessionUrl).toMatch(new RegExp(`^${world.issuer}.*id_token_hint=`));
    expect(browser.cookie('__Host-session')).toBeUndefined();
    browser.setCookie('__Host-session', secret);
    expect(await statusOf(browser)).toBe(401);
    expect((await browser.act('POST', '/auth/sign-out')).status).toBe(200);
  });

  it('is forgotten once it has ended', async () => {
    await newBrowser().signIn('gp');
    world.clock.advance(12 * 60 * 60_000);
    await gateway.app.get(Housekeeping).purge();
    const db = await world.database('gateway');
    expect(
      await db.run(statement('test-left', 'select 1 from session union all select 1 from login_attempt')),
    ).toEqual([]);
  });
});

describe('an unsafe request with a session cookie', () => {
  const accept = { kind: 'terms-of-use', version: 'none', hash: '0'.repeat(64) };
  it.each([
    ['nothing to say where it comes from', {}, 403],
    ['another origin', { origin: 'https://evil.invalid', 'sec-fetch-site': 'same-origin' }, 403],
    ['no origin at all', { origin: 'null' }, 403],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }, 403],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['an address typed by hand', { 'sec-fetch-site': 'none' }, 403],
    ['our own origin', { origin: 'own' }, 409],
    ['our own pages', { 'sec-fetch-site': 'same-origin' }, 409],
  ] as [string, Record<string, string>, number][])('with %s', async (_what, headers, status) => {
    const browser = newBrowser();
    await browser.signIn('gp');
    const ownOrigin = headers['origin'] === 'own' ? { origin: new URL(world.publicUrl).origin } : {};
    const response = await browser.ask('/api/v1/consents', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...ownOrigin },
      body: JSON.stringify(accept),
    });
    expect(response.status).toBe(status);
    if (status === 403) {
      const signOut = await browser.ask('/auth/sign-out', { method: 'POST', headers });
      expect(signOut.status).toBe(403);
      expect(await statusOf(browser)).toBe(200);
    }
  });
});
