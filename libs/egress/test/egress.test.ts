import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@definitivedx/errors';
import { Egress, failureCodeOf, fetchThrough, type EgressSettings, type Resolve } from '@definitivedx/egress';

let server: Server;
let port: number;
let connections = 0;
let seen: IncomingMessage[] = [];
const sockets = new Set<Socket>();

const answers: Record<string, (response: ServerResponse) => void> = {
  '/moved': (response) => response.writeHead(302, { location: '/here' }).end(),
  '/here': (response) => response.end('here'),
  '/long': (response) => response.end(Buffer.alloc(100_000)),
  '/silent': () => undefined,
  '/slow': (response) => {
    response.writeHead(200).write('a');
    const drip = setInterval(() => response.write('a'), 50);
    response.on('close', () => {
      clearInterval(drip);
    });
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    (answers[request.url ?? ''] ?? ((r) => r.writeHead(204).end()))(response);
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '::', listening));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});
beforeEach(() => {
  connections = 0;
  seen = [];
});

/** All ports, so that it is the address alone that keeps us from the server. */
const strict = (): EgressSettings => ({ ports: [443, port], trustedHosts: [] });
const open: EgressSettings = { ports: [443], trustedHosts: 'any' };
const resolvesTo =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

async function failure(attempt: Promise<unknown>): Promise<unknown> {
  const thrown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  return thrown instanceof AppError ? [thrown.code, failureCodeOf(thrown)] : thrown;
}

const refused = ['invalid-input', 'address-refused'];

describe('an address that leads inside', () => {
  it.each([
    ['localhost', 'localhost'],
    ['an address', '127.0.0.1'],
    ['an address and a dot', '127.0.0.1.'],
    ['a number', '2130706433'],
    ['octal', '0177.0.0.1'],
    ['hexadecimal', '0x7f.1'],
    ['zero', '0.0.0.0'],
    ['IPv6', '[::1]'],
    ['unspecified IPv6', '[::]'],
    ['mapped', '[::ffff:127.0.0.1]'],
  ])('is not connected to: %s (%s)', async (_what, host) => {
    const egress = new Egress(strict());
    expect(await failure(egress.request({ url: `https://${host}:${String(port)}/here` }))).toEqual(refused);
    expect(connections).toBe(0);
  });

  it('is not connected to: a name and a dot', async () => {
    const attempt = new Egress(strict()).request({ url: `https://localhost.:${String(port)}/here` });
    // Some resolvers know no such name, others give loopback.
    expect([refused, ['unavailable', 'name-unknown']]).toContainEqual(await failure(attempt));
    expect(connections).toBe(0);
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['loopback over IPv6', ['::1']],
    ['mapped', ['::ffff:127.0.0.1']],
    ['NAT64', ['64:ff9b::7f00:1']],
    ['a public address and a loopback one', ['203.0.114.1', '127.0.0.1']],
    ['metadata', ['169.254.169.254']],
    ['nothing', []],
  ])('is not connected to by a name that resolves to %s', async (_what, addresses) => {
    const egress = new Egress(strict(), resolvesTo(...addresses));
    const url = `https://hooks.example.org:${String(port)}/here`;
    expect(await failure(egress.request({ url }))).toEqual(refused);
    expect(connections).toBe(0);
  });

  it('is not connected to by a name that was public when it was looked at', async () => {
    const lookups: string[] = [];
    // Public the first time it is asked for, loopback ever after.
    const rebinding: Resolve = (name) => resolvesTo(lookups.push(name) === 1 ? '8.8.8.8' : '127.0.0.1')(name);
    const egress = new Egress(strict(), rebinding);
    await rebinding('hooks.example.org');
    const url = `https://hooks.example.org:${String(port)}/here`;
    expect(await failure(egress.request({ url }))).toEqual(refused);
    // One look per connection, and the connection is made to what that one look gave.
    expect(lookups).toHaveLength(2);
    expect(connections).toBe(0);
  });
});

describe('an exchange', () => {
  const at = (path: string) => `http://127.0.0.1:${String(port)}${path}`;

  it('does not follow a redirect', async () => {
    const reply = await new Egress(open).request({ url: at('/moved') });
    expect(reply.status).toBe(302);
    expect(seen.map(({ url }) => url)).toEqual(['/moved']);
  });

  it('says little of us, and takes no proxy from the environment', async () => {
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = 'http://127.0.0.1:1';
    try {
      await new Egress(open).request({ url: at('/here'), method: 'POST', body: '{}' });
    } finally {
      delete process.env['HTTP_PROXY'];
      delete process.env['http_proxy'];
    }
    expect(seen[0]?.headers).toMatchObject({ 'user-agent': 'DefinitiveDx', 'content-length': '2' });
    expect(seen[0]?.headers).not.toHaveProperty('cookie');
  });

  it('reads no more than asked for', async () => {
    const egress = new Egress(open);
    const outcome = await failure(egress.request({ url: at('/long'), maxBytes: 1_000 }));
    expect(outcome).toEqual(['unavailable', 'too-large']);
    expect((await egress.request({ url: at('/long'), maxBytes: 100_000 })).body).toHaveLength(100_000);
    expect((await egress.request({ url: at('/long'), maxBytes: 0 })).status).toBe(200);
  });

  it.each(['/silent', '/slow'])('ends in time: %s', async (path) => {
    const begun = performance.now();
    const outcome = await failure(new Egress(open).request({ url: at(path), totalMs: 300 }));
    expect(outcome).toEqual(['unavailable', 'timeout']);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('ends in time while a name is being looked up', async () => {
    const egress = new Egress(strict(), () => new Promise(() => undefined));
    const outcome = await failure(egress.request({ url: 'https://hooks.example.org/', totalMs: 300 }));
    expect(outcome).toEqual(['unavailable', 'timeout']);
  });

  it('says what went wrong in a code', async () => {
    const egress = new Egress(open);
    const to = (url: string) => failure(egress.request({ url }));
    expect(await to('http://127.0.0.1:1/')).toEqual(['unavailable', 'connection']);
    expect(await to(`https://127.0.0.1:${String(port)}/`)).toEqual(['unavailable', 'tls']);
    expect(await to('https://name.invalid/')).toEqual(['unavailable', 'name-unknown']);
  });

  it('has the shape of fetch for libraries', async () => {
    const through = fetchThrough(new Egress(open));
    expect(await (await through(at('/here'))).text()).toBe('here');
    const form = new URLSearchParams({ a: 'b' });
    expect((await through(at('/nothing'), { method: 'POST', body: form })).status).toBe(204);
    expect(seen[1]?.headers['content-type']).toContain('application/x-www-form-urlencoded');
    expect(await failure(fetchThrough(new Egress(strict()))(at('/here')))).toEqual(refused);
  });
});
