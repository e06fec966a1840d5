import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listFiles, type ReplyOf } from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { sweep } from '../src/commands/sweep.js';
import { aText, megabyte, problemOf, Surgery, type Person } from './support/surgery.js';

let surgery: Surgery;
let gp: Person;
let specialist: Person;
let stranger: Person;
let caseId: string;
let grantId: string;

beforeAll(async () => {
  surgery = await Surgery.open();
  [gp, specialist, stranger] = await Promise.all([surgery.person(), surgery.person(), surgery.person()]);
  ({
    caseId,
    grantIds: [grantId = ''],
  } = await surgery.share(gp, [specialist]));
});
afterAll(() => surgery.world.stop());

const list = async (by: Person, of = caseId): Promise<ReplyOf<typeof listFiles>['files']> =>
  (await surgery.world.request(listFiles, await by.caller(), { caseId: of })).files;

const events = (fileId: string): Promise<unknown[]> =>
  surgery.rows(
    'events',
    `select 1 from outbox where subject = 'evt.files.file-added.v1' and payload->>'fileId' = $1`,
    [fileId],
  );

const nothingLeft = async (objectsBefore: readonly string[], fileId: string): Promise<void> => {
  expect(await surgery.rows('row', 'select 1 from file where id = $1', [fileId])).toEqual([]);
  // What a broken stream left is removed after its answer.
  await until(
    async () => (await surgery.rows('doomed', 'select 1 from doomed_object')).length === 0,
    'nothing doomed',
  );
  expect(surgery.objects()).toEqual(objectsBefore);
  expect(await events(fileId)).toEqual([]);
};

describe('an upload', () => {
  it.each([1, megabyte - 1, megabyte, megabyte + 1, 3 * megabyte])(
    'of %i bytes is stored encrypted and read back by whoever may see the case',
    async (size) => {
      const text = aText(size);
      const response = await surgery.upload(gp, caseId, text, { name: 'rash day 3.txt' });
      expect(response.status).toBe(201);
      const file = (await response.json()) as ReplyOf<typeof listFiles>['files'][number];
      expect(file).toMatchObject({
        caseId,
        name: 'rash day 3.txt',
        mediaType: 'text/plain',
        bytes: size,
        state: 'AVAILABLE',
        uploadedBy: gp.memberId,
      });
      expect(await list(specialist)).toContainEqual(file);
      expect(await events(file.fileId)).toHaveLength(1);
      const read = await surgery.download(specialist, file.fileId);
      expect(read.status).toBe(200);
      expect(await read.text()).toBe(text);
    },
  );

  it('that is empty is refused with a sentence', async () => {
    const response = await surgery.upload(gp, caseId, '');
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({
      code: 'invalid-input',
      detail: expect.stringContaining('empty'),
    });
  });

  it('leaves nothing of its text in the store', async () => {
    const { readFileSync } = await import('node:fs');
    const fileId = await surgery.add(gp, caseId, 'the planted marker of this file'.repeat(100));
    expect(readFileSync(await surgery.objectOf(fileId)).includes('planted')).toBe(false);
  });

  it('is for nobody who may not see the case, to whom it looks as if there were none', async () => {
    const [refused, unknown] = await Promise.all([
      surgery.upload(stranger, caseId, 'x'),
      surgery.upload(stranger, randomUUID(), 'x'),
    ]);
    expect([refused.status, unknown.status]).toEqual([404, 404]);
    expect(await problemOf(refused)).toEqual(await problemOf(unknown));
  });

  it.each([
    ['without an attestation', { 'x-attestation-version': '', 'x-attestation-hash': '' }, 400],
    ['with an attestation to another text', { 'x-attestation-hash': 'f'.repeat(64) }, 409],
    ['without a case', { 'x-case-id': 'x' }, 400],
    ['with an id that is none', { 'x-file-id': '../../etc/passwd' }, 400],
  ])('%s is refused', async (_what, headers, status) => {
    expect((await surgery.upload(gp, caseId, 'x', { headers })).status).toBe(status);
  });

  it('is recorded with its attestation, and audited with its id', async () => {
    const fileId = await surgery.add(gp, caseId, 'x');
    const [row] = await surgery.rows<{ version: string }>(
      'attestation',
      'select attestation_version as version from file where id = $1',
      [fileId],
    );
    expect(row?.version).toBe('2026-11');
    const access = await surgery.world.database('access');
    const audited = await access.run<{ purpose: string }>(
      { name: 'test-audit', text: 'select purpose from audit where subject_id = $1 and actor_id = $2' },
      [fileId, gp.memberId],
    );
    expect(audited).toEqual([{ purpose: 'file-upload' }]);
  });
});

describe('a repeat', () => {
  it('with the same id and content is the same file and the same reply', async () => {
    const [fileId, text] = [randomUUID(), aText(2 * megabyte)];
    const first = await (await surgery.upload(gp, caseId, text, { fileId })).json();
    const objects = surgery.objects();
    const again = await surgery.upload(gp, caseId, text, { fileId });
    expect(again.status).toBe(201);
    expect(await again.json()).toEqual(first);
    expect(surgery.objects()).toEqual(objects);
    expect(await events(fileId)).toHaveLength(1);
  });

  it('with other content, or by someone else, or for another case is refused', async () => {
    const fileId = await surgery.add(gp, caseId, 'one text');
    const { caseId: other } = await surgery.share(gp, [specialist]);
    const tries = [
      surgery.upload(gp, caseId, 'another', { fileId }),
      surgery.upload(gp, caseId, 'one text and more', { fileId }),
      surgery.upload(gp, caseId, 'one', { fileId }),
      surgery.upload(specialist, caseId, 'one text', { fileId }),
      surgery.upload(gp, other, 'one text', { fileId }),
    ];
    for (const response of await Promise.all(tries)) expect(response.status).toBe(409);
    expect(await (await surgery.download(gp, fileId)).text()).toBe('one text');
  });

  it('while the first is under way is asked to wait, and several at once make one file', async () => {
    const [fileId, text] = [randomUUID(), aText(4 * megabyte)];
    const all = await Promise.all(
      Array.from({ length: 5 }, () => surgery.upload(gp, caseId, text, { fileId })),
    );
    const statuses = all.map(({ status }) => status);
    expect(statuses).toContain(201);
    expect(new Set(statuses.filter((status) => status !== 201 && status !== 409))).toEqual(new Set());
    expect(await events(fileId)).toHaveLength(1);
    expect(await (await surgery.download(gp, fileId)).text()).toBe(text);
  });
});

describe('what is over the limit', () => {
  it('is refused at once when its size is announced', async () => {
    const [before, fileId] = [surgery.objects(), randomUUID()];
    const response = await surgery.upload(gp, caseId, aText(8 * megabyte + 1), { fileId });
    expect(response.status).toBe(413);
    expect(await problemOf(response)).toMatchObject({
      code: 'payload-too-large',
      detail: expect.stringContaining('8 MB'),
    });
    await nothingLeft(before, fileId);
  });

  it('is refused when it turns out, and leaves nothing behind', async () => {
    const [before, fileId] = [surgery.objects(), randomUUID()];
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(Buffer.from(aText(megabyte)));
      },
    });
    const response = await surgery.upload(gp, caseId, stream, { fileId });
    expect(response.status).toBe(413);
    await nothingLeft(before, fileId);
  });

  it('is one byte more than what is taken', async () => {
    expect((await surgery.upload(gp, caseId, aText(8 * megabyte))).status).toBe(201);
  });
});

describe('the type of a file', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const jpeg = Buffer.concat([
    Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
    Buffer.alloc(64),
    Buffer.from('ffd9', 'hex'),
  ]);
  const webp = Buffer.concat([
    Buffer.from('RIFF'),
    Buffer.from([36, 0, 0, 0]),
    Buffer.from('WEBPVP8 '),
    Buffer.alloc(40),
  ]);

  it.each([
    ['a PNG called a text', png, 'letter.txt', 'image/png', 'letter.txt.png'],
    ['a JPEG', jpeg, 'Rash.JPG', 'image/jpeg', 'Rash.jpg'],
    ['a WebP', webp, 'x.webp', 'image/webp', 'x.webp'],
    ['a PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj'), 'letter.pdf', 'application/pdf', 'letter.pdf'],
    ['a text', Buffer.from('größer als 3 < 4'), 'notes', 'text/plain', 'notes.txt'],
  ])('is decided by its content: %s', async (_what, content, name, mediaType, shown) => {
    const response = await surgery.upload(gp, caseId, content, { name });
    expect(response.status).toBe(201);
    const file = (await response.json()) as { fileId: string };
    expect(file).toMatchObject({ mediaType, name: shown });
    const { headers } = await surgery.download(gp, file.fileId);
    expect(headers.get('content-type')).toMatch(new RegExp(`^${mediaType}`));
  });

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['SVG after a declaration', '<?xml version="1.0"?><!-- x --><svg/>'],
    ['HTML', '\n  <!doctype html><title>x</title>'],
    ['HTML further on', 'hello <script >alert(1)</script>'],
    ['a GIF', 'GIF89a\u0001\u0000\u0001\u0000'],
    ['a program', Buffer.from('7f454c460201010000000000000000000200', 'hex')],
    ['a ZIP', Buffer.from('504b0304140000000800', 'hex')],
    ['what is not UTF-8', Buffer.from([0x66, 0xff, 0xfe, 0x66])],
    ['UTF-16', Buffer.from('text', 'utf16le')],
    ['NUL in a text', 'a\u0000b'],
    [
      'a text that stops being one late',
      Buffer.concat([Buffer.from(aText(2 * megabyte)), Buffer.from([0xc3])]),
    ],
  ])('is refused when it is none of those allowed: %s', async (_what, content) => {
    const [before, fileId] = [surgery.objects(), randomUUID()];
    const response = await surgery.upload(gp, caseId, content, { fileId, name: 'photo.png' });
    expect(response.status).toBe(415);
    expect(await problemOf(response)).toMatchObject({
      code: 'unsupported-media-type',
      detail: expect.stringMatching(/JPEG, PNG or WebP picture, a PDF, or plain text/),
    });
    await nothingLeft(before, fileId);
  });
});

describe('an upload that ends early', () => {
  it('is as if it had never begun', async () => {
    const [before, fileId] = [surgery.objects(), randomUUID()];
    const headers = await surgery.uploadHeaders(gp, caseId, { fileId });
    const sending = request(surgery.address(), { method: 'POST', headers });
    sending.on('error', () => undefined);
    sending.write(aText(3 * megabyte));
    await until(() => surgery.objects().length > before.length, 'the object under way');
    expect(await list(gp)).not.toContainEqual(expect.objectContaining({ fileId }));
    expect((await surgery.download(gp, fileId)).status).toBe(404);
    sending.destroy();
    await until(
      async () => (await surgery.rows('row', 'select 1 from file where id = $1', [fileId])).length === 0,
    );
    await until(() => surgery.objects().length === before.length, 'the object to go');
    await nothingLeft(before, fileId);
  });

  it('by a crash is swept, and may be repeated before that', async () => {
    const before = surgery.objects();
    const crashed = [randomUUID(), randomUUID()];
    for (const fileId of crashed) {
      // What a crash leaves: a row under way with its object, and nobody who renews it.
      const done = await surgery.add(gp, caseId, 'half of it', { fileId });
      await surgery.rows(
        'crash',
        `update file set state = 'PENDING', lease_until = $2, bytes = null, fingerprint = null, uploaded_at = null where id = $1`,
        [done, new Date(surgery.world.clock.now().getTime() + 30_000)],
      );
    }
    const [first = '', second = ''] = crashed;
    const early = await surgery.upload(gp, caseId, 'all of it', { fileId: first });
    expect(early.status).toBe(409);
    expect(await problemOf(early)).toMatchObject({ code: 'command-in-flight' });
    expect(early.headers.get('retry-after')).toBe('30');

    surgery.world.clock.advance(31_000);
    expect((await surgery.upload(gp, caseId, 'all of it', { fileId: first })).status).toBe(201);
    expect(await (await surgery.download(gp, first)).text()).toBe('all of it');
    await Promise.all([sweep(surgery.context), sweep(surgery.context)]);
    expect(await surgery.rows('row', 'select 1 from file where id = $1', [second])).toEqual([]);

    surgery.world.clock.advance(61_000);
    await sweep(surgery.context);
    // What a broken stream left is removed after its answer.
    await until(
      async () => (await surgery.rows('doomed', 'select 1 from doomed_object')).length === 0,
      'nothing doomed',
    );
    expect(surgery.objects()).toHaveLength(before.length + 1);
  });

  it('by the end of the share is not added to the case', async () => {
    const [before, fileId] = [surgery.objects(), randomUUID()];
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (send = controller) });
    const answer = surgery.upload(specialist, caseId, stream, { fileId });
    send?.enqueue(Buffer.from(aText(megabyte)));
    await until(() => surgery.objects().length > before.length, 'the object under way');
    await surgery.revoke(gp, caseId, grantId);
    await sleep(50);
    send?.close();
    expect((await answer).status).toBe(404);
    await nothingLeft(before, fileId);
  });
});
