import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import {
  anonymisationDuty,
  type caseAudience,
  type createCase,
  type listFiles,
  type ReplyOf,
} from '@definitivedx/contracts';
import type { Database } from '@definitivedx/db';
import type { Problem } from '@definitivedx/errors';
import { startWorld, until, type World } from '@definitivedx/testing';
import { aCase, Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { aPicture } from './support/pictures.js';
import { registerPeople, staffPanel, subjectOf, type PersonKey } from './support/people.js';

type Summary = ReplyOf<typeof listFiles>['files'][number];

const megabyte = 1024 * 1024;

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let files: Awaited<ReturnType<World['startProgram']>>;
let filesDb: Database;
let caseId: string;
const clients = new Map<PersonKey, Client>();
const as = (person: PersonKey): Client => clients.get(person)!;

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  [files] = await Promise.all([
    world.startProgram('files', { MAX_FILE_BYTES: String(48 * megabyte) }),
    world.startProgram('cases'),
    world.startProgram('notify'),
  ]);
  const directory = await registerPeople(world, issuer.url);
  await staffPanel(world, directory);
  gateway = await startGateway(world, { issuer: issuer.url });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  for (const person of ['gp', 'gp-two', 'specialist-on-call'] as const) {
    const client = new Client(gateway.url, await issuer.token(subjectOf(person)));
    await client.consent();
    clients.set(person, client);
  }
  const created = await as('gp').ask<ReplyOf<typeof createCase>>(
    'POST',
    '/api/v1/cases',
    aCase(directory.panelId),
  );
  ({ caseId } = created.body);
  filesDb = await world.database('files');
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const attested = {
  'x-attestation-version': anonymisationDuty.version,
  'x-attestation-hash': anonymisationDuty.hash,
};

const upload = (
  content: Buffer | string,
  headers: Record<string, string> = {},
  { person = 'gp', to = caseId }: { person?: PersonKey; to?: string } = {},
): Promise<Response> =>
  as(person).fetch(`/api/v1/cases/${to}/files`, {
    method: 'POST',
    headers: { ...attested, ...headers },
    body: typeof content === 'string' ? content : new Uint8Array(content),
  });

const added = async (response: Response): Promise<Summary> => {
  expect(response.status).toBe(201);
  return (await response.json()) as Summary;
};
const problemOf = async (response: Response): Promise<Problem> => (await response.json()) as Problem;
const withoutTrace = ({ traceId: _, ...problem }: Problem): Omit<Problem, 'traceId'> => problem;
const rowsUnderWay = async (): Promise<number> =>
  (
    await filesDb.run(
      { name: 'test-under-way', text: 'select 1 from file where lease_until is not null' },
      [],
    )
  ).length;

describe('a file of a case', () => {
  it('is taken, listed, and given to who may see the case', async () => {
    const content = aPicture(3 * megabyte + 17);
    const response = await upload(content, {
      'content-type': 'image/png',
      'content-disposition': `attachment; filename*=UTF-8''rash%20d%C3%A4y%203.png`,
    });
    const file = await added(response);
    expect(response.headers.get('location')).toBe(`/api/v1/files/${file.fileId}`);
    expect(file).toMatchObject({ caseId, name: 'rash däy 3.png', bytes: content.length, state: 'AVAILABLE' });

    const list = await as('specialist-on-call').ask<ReplyOf<typeof listFiles>>(
      'GET',
      `/api/v1/cases/${caseId}/files`,
    );
    expect(list.body.files).toContainEqual(file);

    const read = await as('specialist-on-call').fetch(`/api/v1/files/${file.fileId}`);
    expect(read.status).toBe(200);
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(content.length),
      'content-disposition': `attachment; filename="rash d_y 3.png"; filename*=UTF-8''rash%20d%C3%A4y%203.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
      'accept-ranges': 'bytes',
    });
    expect(Buffer.from(await read.arrayBuffer()).equals(content)).toBe(true);
  });

  it.each([
    ['JSON', 'application/json', '{"a": 1'],
    ['a form', 'application/x-www-form-urlencoded', 'a=b&c'],
    ['a text', 'text/plain', 'Day 3 of fever.'],
  ])('is told by its content, whatever it is sent as: %s', async (_what, type, content) => {
    const file = await added(await upload(content, { 'content-type': type }));
    expect(file).toMatchObject({ mediaType: 'text/plain', bytes: content.length });
    const read = await as('gp').fetch(`/api/v1/files/${file.fileId}`);
    expect(await read.text()).toBe(content);
  });

  it('is read in parts, and its headers alone', async () => {
    const content = aPicture(2 * megabyte);
    const { fileId } = await added(await upload(content));
    const path = `/api/v1/files/${fileId}`;
    const part = await as('gp').fetch(path, { headers: { range: 'bytes=1048000-1049000' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 1048000-1049000/${String(content.length)}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(1048000, 1049001))).toBe(true);

    const tag = part.headers.get('etag') ?? '';
    const same = await as('gp').fetch(path, { headers: { range: 'bytes=0-0', 'if-range': tag } });
    expect(same.status).toBe(206);
    const other = await as('gp').fetch(path, { headers: { range: 'bytes=0-0', 'if-range': '"other"' } });
    expect(other.status).toBe(200);
    await Promise.all([same.arrayBuffer(), other.arrayBuffer()]);

    const outside = await as('gp').fetch(path, { headers: { range: 'bytes=9999999-' } });
    expect(outside.status).toBe(416);
    expect(outside.headers.get('content-range')).toBe(`bytes */${String(content.length)}`);
    expect(await problemOf(outside)).toMatchObject({ code: 'range-not-satisfiable' });

    const head = await as('gp').fetch(path, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(String(content.length));
    expect(await head.text()).toBe('');
  });

  it('looks to who may not see the case as if there were none', async () => {
    const { fileId } = await added(await upload('x'));
    for (const [known, unknown] of [
      [
        await as('gp-two').fetch(`/api/v1/files/${fileId}`),
        await as('gp-two').fetch(`/api/v1/files/${randomUUID()}`),
      ],
      [
        await upload('x', {}, { person: 'gp-two' }),
        await upload('x', {}, { person: 'gp-two', to: randomUUID() }),
      ],
      [
        await as('gp-two').fetch(`/api/v1/cases/${caseId}/files`),
        await as('gp-two').fetch(`/api/v1/cases/${randomUUID()}/files`),
      ],
    ] as const) {
      expect([known.status, unknown.status]).toEqual([404, 404]);
      expect(withoutTrace(await problemOf(known))).toEqual(withoutTrace(await problemOf(unknown)));
    }
    const head = await as('gp-two').fetch(`/api/v1/files/${fileId}`, { method: 'HEAD' });
    expect(head.status).toBe(404);
  });

  it.each([
    ['without an attestation', 'x', { 'x-attestation-hash': '' }, 400, 'invalid-input'],
    ['that is empty', '', {}, 400, 'invalid-input'],
    ['of a type that is not allowed', '<html>', {}, 415, 'unsupported-media-type'],
  ] as const)(
    '%s is refused with the sentence of the file service',
    async (_what, content, headers, status, code) => {
      const response = await upload(content, headers);
      expect(response.status).toBe(status);
      const problem = await problemOf(response);
      expect(problem).toMatchObject({ code, status });
      expect(problem.detail).not.toMatch(/JSON/);
    },
  );

  it('that is too large is refused before it has been sent', async () => {
    const response = await upload(aPicture(48 * megabyte + 1));
    expect(response.status).toBe(413);
    expect(await problemOf(response)).toMatchObject({ detail: expect.stringContaining('48 MB') });
  });

  it('has no address but an id', async () => {
    expect((await as('gp').fetch('/api/v1/files/..%2f..%2fhealthz')).status).toBe(400);
    expect((await upload('x', {}, { to: 'x' })).status).toBe(400);
  });
});

describe('a repeat under the same Idempotency-Key', () => {
  it('has the first reply and stores nothing again', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await upload('one text', key);
    const again = await upload('one text', key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(await added(again)).toEqual(await added(first));
  });

  it('after a refusal is looked at anew, for it may be another file', async () => {
    const key = { 'idempotency-key': randomUUID() };
    expect((await upload('', key)).status).toBe(400);
    await added(await upload('not empty', key));
  });

  it('after an upload that broke off is the same file', async () => {
    const key = randomUUID();
    await breakOff(`${gateway.url}/api/v1/cases/${caseId}/files`, { 'idempotency-key': key });
    await until(async () => (await rowsUnderWay()) === 0, 'the attempt to be forgotten');
    const file = await added(await upload('all of it', { 'idempotency-key': key }));
    expect(await (await as('gp').fetch(`/api/v1/files/${file.fileId}`)).text()).toBe('all of it');
  });
});

/** Sends a part of an upload, waits until it is under way in the file service, and hangs up. */
async function breakOff(url: string, headers: Record<string, string>): Promise<void> {
  const token = await issuer.token(subjectOf('gp'));
  const sending = request(url, {
    method: 'POST',
    headers: { ...attested, ...headers, authorization: `Bearer ${token}`, 'content-length': 20 * megabyte },
  });
  sending.on('error', () => undefined);
  sending.write(aPicture(3 * megabyte));
  await until(async () => (await rowsUnderWay()) === 1, 'the upload to be under way');
  sending.destroy();
}

describe('a client that goes away', () => {
  it('leaves nothing of an upload', async () => {
    await breakOff(`${gateway.url}/api/v1/cases/${caseId}/files`, {});
    await until(async () => (await rowsUnderWay()) === 0, 'the attempt to be forgotten');
  });

  it('gives its places back, also when it never read what it asked for', async () => {
    const { fileId } = await added(await upload(aPicture(48 * megabyte)));
    const path = `/api/v1/files/${fileId}`;
    const running = await Promise.all(Array.from({ length: 6 }, () => as('gp').fetch(path)));
    expect(running.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const more = await as('gp').fetch(path);
    expect(more.status).toBe(429);
    expect(more.headers.get('retry-after')).toBe('5');
    await more.text();
    for (const { body } of running) await body?.cancel();
    await until(async () => {
      const { status, body } = await as('gp').fetch(path);
      await body?.cancel();
      return status === 200;
    }, 'a place to be free');
  });
});

it('the end of a share ends a running download within two seconds, and every later one', async () => {
  const size = 48 * megabyte;
  const { fileId } = await added(await upload(aPicture(size)));
  const path = `/api/v1/files/${fileId}`;
  const running = await as('specialist-on-call').fetch(path);
  expect(running.status).toBe(200);
  const { grants } = (
    await as('gp').ask<ReplyOf<typeof caseAudience>>('GET', `/api/v1/cases/${caseId}/audience`)
  ).body;
  for (const { grantId } of grants) {
    const revoked = await as('gp').ask('DELETE', `/api/v1/cases/${caseId}/audience/${grantId}`);
    expect(revoked.status).toBe(200);
  }
  expect((await as('specialist-on-call').fetch(path)).status).toBe(404);

  await sleep(1_900);
  let bytes = 0;
  const rest = (async () => {
    // The DOM's types of a stream do not know that it can be iterated; Node's can.
    for await (const piece of running.body as unknown as AsyncIterable<Uint8Array>) bytes += piece.length;
  })();
  await expect(rest).rejects.toThrow();
  expect(bytes).toBeLessThan(size);
  expect((await as('gp').fetch(path, { headers: { range: 'bytes=0-0' } })).status).toBe(206);
});

describe('without the file service', () => {
  it('says so at once, and goes on when it is back', async () => {
    const { fileId } = await added(await upload('x'));
    await files.stop();
    for (const response of [await upload('x'), await as('gp').fetch(`/api/v1/files/${fileId}`)]) {
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await problemOf(response)).toMatchObject({ code: 'unavailable' });
    }
    await files.start();
    expect(await (await as('gp').fetch(`/api/v1/files/${fileId}`)).text()).toBe('x');
    await added(await upload('y'));
  });
});
