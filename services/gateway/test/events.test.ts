import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import type { createCase, ReplyOf } from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Browser, type Asked } from './support/browser.js';
import { aCase, Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { registerPeople, staffPanel, subjectOf, type Directory, type PersonKey } from './support/people.js';

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let directory: Directory;
const listeners: Listener[] = [];

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await Promise.all([world.startProgram('cases'), world.startProgram('notify')]);
  directory = await registerPeople(world, issuer.url);
  await staffPanel(world, directory);
  gateway = await startGateway(world, { issuer: issuer.url });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  for (const person of ['gp', 'specialist-on-call'] as const) await (await clientOf(person)).consent();
});
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const clientOf = async (person: PersonKey, claims: Record<string, unknown> = {}): Promise<Client> =>
  new Client(gateway.url, await issuer.token(subjectOf(person), claims));

interface Received {
  readonly id: string;
  readonly event: string;
  readonly data: { caseId: string; at: string };
}

/** An event stream, read as a browser would. */
class Listener {
  text = '';
  ended = false;

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
  ) {
    void this.read();
  }

  static async open(client: Client, headers: Record<string, string> = {}): Promise<Listener> {
    const abort = new AbortController();
    const listener = new Listener(
      await client.fetch('/api/v1/events', { headers, signal: abort.signal }),
      abort,
    );
    listeners.push(listener);
    return listener;
  }

  get received(): Received[] {
    return this.text
      .split('\n\n')
      .filter((block) => /^data: /m.test(block))
      .map((block) => {
        const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
        return {
          id: field('id'),
          event: field('event'),
          data: JSON.parse(field('data')) as Received['data'],
        };
      });
  }

  close(): void {
    this.abort.abort();
  }

  private async read(): Promise<void> {
    try {
      const decoder = new TextDecoder();
      for await (const chunk of this.response.body ?? [])
        this.text += decoder.decode(chunk as Uint8Array, { stream: true });
    } catch {
      // Closed by us, or cut by the server: either way it has ended.
    }
    this.ended = true;
  }
}

async function share(): Promise<string> {
  const gp = await clientOf('gp');
  return (await gp.ask<ReplyOf<typeof createCase>>('POST', '/api/v1/cases', aCase(directory.panelId))).body
    .caseId;
}

describe('the event stream', () => {
  it('tells the specialist of a case within a moment, and not a word of it', async () => {
    const listener = await Listener.open(await clientOf('specialist-on-call'));
    expect(listener.response.headers.get('content-type')).toContain('text/event-stream');
    expect(listener.response.headers.get('cache-control')).toBe('no-store');
    expect(listener.response.headers.get('x-content-type-options')).toBe('nosniff');
    await until(() => listener.text.includes(': connected'), 'the first comment');
    const caseId = await share();
    const [event] = await until(() => listener.received.length > 0 && listener.received, 'the event', 4_000);
    expect(event).toEqual({
      id: expect.stringMatching(/^\d+$/),
      event: 'case-shared',
      data: { caseId, at: expect.any(String) },
    });
    expect(listener.text).not.toMatch(/rash|fever/);
  });

  it('resumes after the position a client had, without a gap or a repeat', async () => {
    const first = await Listener.open(await clientOf('specialist-on-call'));
    await share();
    const [seen] = await until(() => first.received.length > 0 && first.received, 'the first event');
    first.close();
    const missed = [await share(), await share(), await share()];
    const second = await Listener.open(await clientOf('specialist-on-call'), {
      'last-event-id': seen?.id ?? '',
    });
    const events = await until(() => second.received.length === 3 && second.received, 'the missed events');
    expect(events.map(({ data }) => data.caseId)).toEqual(missed);
    expect(events.map(({ id }) => Number(id))).toEqual([1, 2, 3].map((n) => Number(seen?.id) + n));
  });

  it('gives a client that saw nothing yet a position to resume from', async () => {
    const listener = await Listener.open(await clientOf('specialist-on-call'));
    const position = await until(() => /^id: (\d+)$/m.exec(listener.text)?.[1], 'the position');
    listener.close();
    const caseId = await share();
    const second = await Listener.open(await clientOf('specialist-on-call'), { 'last-event-id': position });
    const [event] = await until(() => second.received.length > 0 && second.received, 'the event');
    expect(event?.data.caseId).toBe(caseId);
  });

  it('is everyone’s own', async () => {
    const listener = await Listener.open(await clientOf('gp'));
    const other = await Listener.open(await clientOf('specialist-on-call'));
    await share();
    await until(() => other.received.length > 0, 'the event');
    expect(listener.received).toEqual([]);
  });

  it('is at most five at once for a member', async () => {
    const client = await clientOf('specialist-on-call');
    for (let i = 0; i < 5; i += 1) expect((await Listener.open(client)).response.status).toBe(200);
    const sixth = await client.ask('GET', '/api/v1/events');
    expect([sixth.status, sixth.body.code]).toEqual([429, 'rate-limited']);
    listeners.pop()?.close();
    await until(async () => (await Listener.open(client)).response.status === 200, 'a free place');
  });

  it.each(['-1', 'x', '1.5', '1'.repeat(40)])('refuses the position %s', async (position) => {
    const client = await clientOf('gp');
    const { status, body } = await client.ask('GET', '/api/v1/events', undefined, {
      'last-event-id': position,
    });
    expect([status, body.code]).toEqual([400, 'invalid-input']);
  });

  it('begins again from the truth when a client is ahead of it', async () => {
    const listener = await Listener.open(await clientOf('specialist-on-call'), { 'last-event-id': '999999' });
    await until(() => listener.text.includes('connected'), 'the connection');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const caseId = await share();
    const [event] = await until(() => listener.received.length > 0 && listener.received, 'the event');
    expect(event?.data.caseId).toBe(caseId);
  });

  it('ends when its credential does', async () => {
    const listener = await Listener.open(
      await clientOf('gp', { exp: Math.floor(world.clock.now().getTime() / 1000) + 60 }),
    );
    const start = world.clock.now();
    world.clock.advance(10 * 60_000);
    await until(() => listener.ended, 'the end of the stream', 8_000);
    world.clock.set(start);
  });

  it('ends when the service is drained', async () => {
    const own = await startWorldWithSignIn();
    try {
      const browser = new Browser(own.world.publicUrl);
      await browser.signIn('gp');
      const listener = await Listener.open(own.client(browser));
      await until(() => listener.text.includes('connected'), 'the connection');
      const signedOut = browser.act('POST', '/auth/sign-out');
      await until(() => listener.ended, 'the end at sign-out', 1_000);
      expect((await signedOut).status).toBe(200);

      await browser.signIn('gp');
      const second = await Listener.open(own.client(browser));
      await until(() => second.text.includes('connected'), 'the connection');
      const closing = own.gateway.close();
      await until(() => second.ended, 'the end of the stream', 2_000);
      await closing;
    } finally {
      await own.world.stop();
    }
  });
});

async function startWorldWithSignIn() {
  const own = await startWorld();
  await Promise.all([own.identityProvider(), own.startProgram('access')]);
  await own.startProgram('notify');
  await registerPeople(own, own.issuer);
  const running = await startGateway(own);
  const consenting = new Browser(own.publicUrl);
  await consenting.signIn('gp');
  const cookie = (browser: Browser): Client =>
    ({
      fetch: (path: string, init: Asked = {}) => browser.ask(path, init),
    }) as unknown as Client;
  const { texts } = (await (await consenting.ask('/api/v1/consent-texts')).json()) as {
    texts: { kind: string; version: string; hash: string }[];
  };
  for (const { kind, version, hash } of texts)
    await consenting.act('POST', '/api/v1/consents', { kind, version, hash });
  return { world: own, gateway: running, client: cookie };
}
