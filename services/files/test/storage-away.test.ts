import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until, type World } from '@definitivedx/testing';
import { sweep } from '../src/commands/sweep.js';
import { aText, megabyte, problemOf, Surgery, type Person } from './support/surgery.js';

const patienceMs = 1_000;

let surgery: Surgery;
let s3: Awaited<ReturnType<World['s3']>>;
let gp: Person;
let stranger: Person;
let caseId: string;

beforeAll(async () => {
  surgery = await Surgery.open(async (world) => {
    s3 = await world.s3();
    const { url, region, bucket, accessKey, secretKey } = s3;
    return { store: { kind: 's3', url, region, bucket, accessKey, secretKey, patienceMs } };
  });
  let specialist: Person;
  [gp, specialist, stranger] = await Promise.all([surgery.person(), surgery.person(), surgery.person()]);
  ({ caseId } = await surgery.share(gp, [specialist]));
}, 600_000);
afterAll(() => surgery.world.stop());

/** Nothing but 503 with Retry-After and a sentence, within the storage's patience and what a busy machine adds. */
async function expectAway(ask: () => Promise<Response>): Promise<void> {
  const begun = Date.now();
  const response = await ask();
  expect(response.status).toBe(503);
  expect(Date.now() - begun).toBeLessThan(patienceMs + 9_000);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await problemOf(response)).toMatchObject({
    code: 'unavailable',
    detail: expect.stringContaining('The file storage cannot be reached'),
  });
}

/** Takes connections on the storage's port, and never says a word. */
async function silence(port: number): Promise<{ end: () => Promise<void> }> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    end: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of open) socket.destroy();
      }),
  };
}

it('a storage that is gone, or silent, is a bounded 503; nothing fails open, and all goes on without a restart', async () => {
  const text = aText(7 * megabyte);
  const fileId = await surgery.add(gp, caseId, text);
  const before = await surgery.rows('all', 'select id from file');

  await s3.stop();
  const ask = [
    () => surgery.upload(gp, caseId, 'small'),
    () => surgery.upload(gp, caseId, aText(7 * megabyte)),
    () => surgery.download(gp, fileId),
    () => surgery.download(gp, fileId, { range: 'bytes=0-0' }),
  ];
  await Promise.all(ask.map(expectAway));
  // Who may not, hears what they always hear.
  expect((await surgery.download(stranger, fileId)).status).toBe(404);
  expect((await surgery.upload(stranger, caseId, 'x')).status).toBe(404);

  const silent = await silence(Number(new URL(s3.url).port));
  try {
    await Promise.all(ask.map(expectAway));
  } finally {
    await silent.end();
  }
  // Whatever was begun is nobody's to see.
  expect(await surgery.rows('all', 'select id from file')).toEqual(before);

  await s3.start();
  expect(await (await surgery.download(gp, fileId)).text()).toBe(text);
  const after = await surgery.add(gp, caseId, text);
  expect(await (await surgery.download(gp, after)).text()).toBe(text);

  // What could not be removed while the storage was away is removed now.
  surgery.world.clock.advance(120_000);
  await sweep(surgery.context);
  expect(await surgery.rows('doomed', 'select 1 from doomed_object')).toEqual([]);
});

it('a storage that goes while a file is on its way leaves nothing of an upload', async () => {
  const before = await surgery.rows('all', 'select id from file');

  let send: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (send = controller) });
  const uploading = surgery.upload(gp, caseId, stream);
  send?.enqueue(Buffer.from(aText(6 * megabyte)));
  await until(
    async () => (await surgery.rows('under-way', 'select 1 from file where lease_until is not null')).length,
    'the upload to be under way',
  );
  await s3.stop();
  send?.enqueue(Buffer.from(aText(megabyte)));
  send?.close();
  expect((await uploading).status).toBe(503);
  expect(await surgery.rows('all', 'select id from file')).toEqual(before);

  await s3.start();
  await surgery.add(gp, caseId, aText(7 * megabyte));
});
