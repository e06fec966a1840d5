import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import type { RunningService } from '@definitivedx/bus';
import { startWorld, until, type World } from '@definitivedx/testing';
import { endSession, insertNewSession } from '../src/data/sessions.js';
import { hashOf, newSecret } from '../src/sign-in/secrets.js';
import { Browser } from './support/browser.js';
import { startGateway } from './support/gateway.js';
import { clientId, Issuer } from './support/issuer.js';
import { register, registerPerson, registerTrust } from './support/organisations.js';
import { publishTexts } from './support/people.js';

/** security.md 15: what ends anywhere has ended everywhere within this, in milliseconds. */
const within = 2_000;

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let replica: RunningService;
let trustId: string;
const ends: (() => void)[] = [];

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await Promise.all([world.identityProvider(), world.startProgram('access')]);
  await world.startProgram('notify');
  await publishTexts(world, '1');
  trustId = await registerTrust(world, 'END1');
  for (const subject of ['demo-gp', 'demo-gp-two'])
    await registerPerson(world, world.issuer, subject, ['END1']);
  await registerPerson(world, issuer.url, 'doctor', ['END1']);
  await register(world, issuer.url, { clientId, organisations: [{ odsCode: 'END1' }] });
  gateway = await startGateway(world);
  replica = await startGateway(world, { port: 0 });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 1, 'the keys fetched by both');
});
// Issuers write the real time into their tokens: where one comes after a wait, the clock that stands still is set anew.
const toNow = (): void => world.clock.set(new Date());
beforeEach(toNow);
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

/** Someone with a session, as both replicas see it. */
class Person {
  constructor(
    readonly memberId: string,
    readonly secret: string,
  ) {}

  async statuses(): Promise<number[]> {
    return Promise.all(
      [gateway, replica].map(
        async ({ url }) => (await fetch(new URL('/api/v1/me', url), { headers: this.headers })).status,
      ),
    );
  }

  /** Opens an event stream at each replica. @returns how many have not ended. */
  async listen(): Promise<() => number> {
    let open = 0;
    for (const { url } of [gateway, replica]) {
      const abort = new AbortController();
      ends.push(() => abort.abort());
      const response = await fetch(new URL('/api/v1/events', url), {
        headers: this.headers,
        signal: abort.signal,
      });
      expect(response.status).toBe(200);
      open += 1;
      void response.text().then(
        () => (open -= 1),
        () => (open -= 1),
      );
    }
    return () => open;
  }

  async act(path: string, body: unknown): Promise<Response> {
    return fetch(new URL(path, gateway.url), {
      method: 'POST',
      headers: {
        ...this.headers,
        origin: new URL(world.publicUrl).origin,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
  }

  async consent(): Promise<this> {
    const texts = await fetch(new URL('/api/v1/consent-texts', gateway.url), { headers: this.headers });
    const list = (await texts.json()) as { texts: { kind: string; version: string; hash: string }[] };
    for (const { kind, version, hash } of list.texts)
      await this.act('/api/v1/consents', { kind, version, hash });
    return this;
  }

  private get headers(): Record<string, string> {
    return { cookie: `__Host-session=${this.secret}` };
  }
}

async function signedIn(person: string): Promise<{ person: Person; browser: Browser }> {
  const browser = new Browser(world.publicUrl);
  expect((await browser.signIn(person)).status).toBe(303);
  const { memberId } = (await (await browser.ask('/api/v1/me')).json()) as { memberId: string };
  const found = await new Person(memberId, browser.cookie('__Host-session') ?? '').consent();
  return { person: found, browser };
}

/** A session at the trust's issuer, as if its person had signed in there. */
async function sessionOf(issuerSubject: string, issuerSession: string): Promise<Person> {
  const secret = newSecret();
  const [member] = await access(`select member_id as id from identity where issuer = '${issuer.url}'`);
  const memberId = member?.['id'] as string;
  const now = world.clock.now();
  await insertNewSession(await world.database('gateway'), {
    secretHash: hashOf(secret),
    sessionId: randomUUID(),
    ...{ memberId, issuer: issuer.url, subject: 'doctor', issuerSubject, issuerSession, idToken: 'x' },
    ...{ organisations: null, roleCodes: null, odsCode: null },
    createdAt: now,
    lastSeenAt: now,
    endsAt: new Date(now.getTime() + 3_600_000),
  });
  return new Person(memberId, secret).consent();
}

const access = async (text: string) =>
  (await world.database('access')).run<Record<string, unknown>>({ name: '', text });

/** Streams and requests on both replicas alike. */
async function expectAllOver(person: Person, open: () => number, status: number): Promise<void> {
  const start = Date.now();
  await until(
    async () => (await person.statuses()).every((one) => one === status),
    'the end of requests',
    within,
  );
  await until(() => open() === 0, 'the end of streams', within - (Date.now() - start));
}

describe('a session is dead on every replica, its streams closed, within two seconds', () => {
  it('of signing out', async () => {
    const { person } = await signedIn('gp');
    const other = await signedIn('gp');
    const open = await person.listen();
    expect((await person.act('/auth/sign-out', undefined)).status).toBe(200);
    await expectAllOver(person, open, 401);
    expect(await other.person.statuses()).toEqual([200, 200]);
  });

  it('of its member being disabled', async () => {
    const { person } = await signedIn('gp');
    const open = await person.listen();
    await access(`update member set status = 'disabled' where id = '${person.memberId}'`);
    await expectAllOver(person, open, 403);
    await access(`update member set status = 'active' where id = '${person.memberId}'`);
  });

  it('of their place in the organisation ending', async () => {
    const { person } = await signedIn('gp');
    const open = await person.listen();
    await access(
      `update membership set status = 'ended', ended_at = now() where member_id = '${person.memberId}'`,
    );
    await expectAllOver(person, open, 403);
    await access(
      `update membership set status = 'active', ended_at = null where member_id = '${person.memberId}'`,
    );
  });

  it('of the organisation giving up its issuer', async () => {
    const person = await sessionOf('doctor-at-issuer', 'giving-up');
    const open = await person.listen();
    const where = `organisation_id = '${trustId}' and issuer = '${issuer.url}'`;
    await access(`delete from organisation_issuer where ${where}`);
    await expectAllOver(person, open, 403);
    await register(world, issuer.url, { clientId, organisations: [{ odsCode: 'END1' }] });
  });

  it('of its row ending by another replica, whatever that was', async () => {
    const { person } = await signedIn('gp');
    const open = await person.listen();
    await endSession(await world.database('gateway'), hashOf(person.secret));
    await expectAllOver(person, open, 401);
  });

  it('of its person signing out at the issuer, which says so by back-channel', async () => {
    const { person, browser } = await signedIn('gp');
    const elsewhere = await signedIn('gp');
    const other = await signedIn('gp-two');
    const open = await person.listen();
    const page = await browser.follow(`${world.issuer}/session/end?client_id=${clientId}`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(await page.response.text())?.[1] ?? '';
    toNow();
    await browser.ask(`${world.issuer}/session/end/confirm`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `xsrf=${xsrf}&logout=yes`,
    });
    await expectAllOver(person, open, 401);
    // It named the session: what the same person has in another browser goes on, as does everybody else.
    expect(await elsewhere.person.statuses()).toEqual([200, 200]);
    expect(await other.person.statuses()).toEqual([200, 200]);
  });
});

const post = (token: string, at = gateway.url): Promise<Response> =>
  fetch(new URL('/auth/back-channel-logout', at), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ logout_token: token }).toString(),
  });

/** However long the test has taken until now, a token made a moment ago is not of the future. */
const logOut = (token: string, at?: string): Promise<Response> => {
  toNow();
  return post(token, at);
};

describe('a logout token', () => {
  it('ends one session by its name, and all of a person by theirs', async () => {
    const [one, two] = [await sessionOf('s-1', 'a'), await sessionOf('s-1', 'b')];
    const stranger = await sessionOf('s-2', 'c');
    const open = await one.listen();
    const response = await logOut(await issuer.logoutToken({ sub: 's-1', sid: 'a' }), replica.url);
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    await expectAllOver(one, open, 401);
    expect(await two.statuses()).toEqual([200, 200]);
    expect((await logOut(await issuer.logoutToken({ sub: 's-1' }))).status).toBe(200);
    await until(
      async () => (await two.statuses()).every((status) => status === 401),
      'the end of all',
      within,
    );
    expect(await stranger.statuses()).toEqual([200, 200]);
    expect((await logOut(await issuer.logoutToken({ sid: 'c' }))).status).toBe(200);
    await until(async () => (await stranger.statuses()).every((status) => status === 401), 'the end', within);
  });

  it('names both person and session, or neither ends', async () => {
    const person = await sessionOf('s-3', 'd');
    expect((await logOut(await issuer.logoutToken({ sub: 'another', sid: 'd' }))).status).toBe(200);
    expect(await person.statuses()).toEqual([200, 200]);
  });

  it('is of now for a gateway whose clock is a little behind, and of the future for one further behind', async () => {
    const send = async (behindMs: number): Promise<number> => {
      const token = await issuer.logoutToken({ sub: 's-7' });
      world.clock.set(new Date(Date.now() - behindMs));
      return (await post(token)).status;
    };
    expect(await send(2_000)).toBe(200);
    expect(await send(60_000)).toBe(400);
  });

  it('counts once, at whichever replica', async () => {
    const token = await issuer.logoutToken({ sub: 's-4' });
    const statuses = await Promise.all(
      [gateway, replica, gateway, replica].map(async ({ url }) => (await logOut(token, url)).status),
    );
    expect(statuses.sort()).toEqual([200, 400, 400, 400]);
  });

  const event = 'http://schemas.openid.net/event/backchannel-logout';
  const seconds = (offset: number): number => Math.floor(Date.now() / 1000) + offset;
  const hostile: Record<string, () => Promise<string> | string> = {
    'for another client': () => issuer.logoutToken({ sub: 's-5', aud: 'another' }),
    'for nobody': () => issuer.logoutToken({ sub: 's-5', aud: undefined }),
    'of another issuer': () => issuer.logoutToken({ sub: 's-5', iss: 'https://evil.invalid' }),
    'of the issuer next door': () => issuer.logoutToken({ sub: 's-5', iss: world.issuer }),
    'of no time': () => issuer.logoutToken({ sub: 's-5', iat: undefined }),
    'of long ago': () => issuer.logoutToken({ sub: 's-5', iat: seconds(-400), exp: undefined }),
    'of tomorrow': () => issuer.logoutToken({ sub: 's-5', iat: seconds(86_400), exp: seconds(90_000) }),
    'that has expired': () => issuer.logoutToken({ sub: 's-5', iat: seconds(-100), exp: seconds(-50) }),
    'without a name of its own': () => issuer.logoutToken({ sub: 's-5', jti: undefined }),
    'about nobody': () => issuer.logoutToken(),
    'without the event': () => issuer.logoutToken({ sub: 's-5', events: undefined }),
    'with another event': () => issuer.logoutToken({ sub: 's-5', events: { 'urn:other': {} } }),
    'whose event is no object': () => issuer.logoutToken({ sub: 's-5', events: { [event]: true } }),
    'with a nonce, as an ID token has': () => issuer.logoutToken({ sub: 's-5', nonce: 'n' }),
    'that is an access token': () => issuer.logoutToken({ sub: 's-5' }, { typ: 'at+jwt' }),
    'signed by another key': async () => {
      const { privateKey } = await generateKeyPair('RS256');
      return new SignJWT({
        sub: 's-5',
        events: { [event]: {} },
        jti: randomUUID(),
        aud: clientId,
        iss: issuer.url,
      })
        .setIssuedAt()
        .setProtectedHeader({ alg: 'RS256', kid: 'key-1', typ: 'logout+jwt' })
        .sign(privateKey);
    },
    'with the public key as a secret': async () => {
      const [, payload] = (await issuer.logoutToken({ sub: 's-5' })).split('.');
      const head = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'logout+jwt', kid: 'key-1' })).toString(
        'base64url',
      );
      const input = `${head}.${payload ?? ''}`;
      return `${input}.${createHmac('sha256', issuer.publicPem).update(input).digest('base64url')}`;
    },
    'with no signature': async () => {
      const [, payload] = (await issuer.logoutToken({ sub: 's-5' })).split('.');
      return `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${payload ?? ''}.`;
    },
    'that is none': () => 'hello',
  };

  it.each(Object.keys(hostile))('%s ends nothing and has nobody asked', async (attack) => {
    const person = await sessionOf('s-5', `victim-${attack}`);
    const token = await hostile[attack]!();
    const before = issuer.totalAsked;
    expect((await logOut(token)).status).toBe(400);
    expect(issuer.totalAsked).toBe(before);
    expect(await person.statuses()).toEqual([200, 200]);
  });

  it('comes as a form, once', async () => {
    const token = await issuer.logoutToken({ sub: 's-6' });
    const send = (type: string, body: string) =>
      fetch(new URL('/auth/back-channel-logout', gateway.url), {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
    const form = 'application/x-www-form-urlencoded';
    expect((await send(form, `logout_token=${token}&logout_token=${token}`)).status).toBe(400);
    expect((await send(form, 'something=else')).status).toBe(400);
    expect((await send('text/plain', token)).status).toBe(415);
    // Forms are for this address; anywhere else any page could send one.
    const elsewhere = await fetch(new URL('/auth/sign-out', gateway.url), {
      method: 'POST',
      headers: { 'content-type': form },
      body: 'a=b',
    });
    expect(elsewhere.status).toBe(415);
    toNow();
    expect((await send(form, `logout_token=${token}`)).status).toBe(200);
  });
});
