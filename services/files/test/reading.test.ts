import { randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@definitivedx/testing';
import { segmentLength } from '@definitivedx/crypto';
import { destroyFile } from '../src/commands/destroy-file.js';
import { sweep } from '../src/commands/sweep.js';
import { aText, megabyte, problemOf, Surgery, type Person } from './support/surgery.js';

let surgery: Surgery;
let gp: Person;
let specialist: Person;
let stranger: Person;
let caseId: string;

beforeAll(async () => {
  surgery = await Surgery.open(() => ({ maxFileBytes: 64 * megabyte, downloadsAtOnce: 4 }));
  [gp, specialist, stranger] = await Promise.all([surgery.person(), surgery.person(), surgery.person()]);
  ({ caseId } = await surgery.share(gp, [specialist]));
});
afterAll(() => surgery.world.stop());

/** What arrived of a reply until it ended or broke off. */
async function received(response: Response): Promise<{ text: string; whole: boolean }> {
  let text = '';
  try {
    const decoder = new TextDecoder();
    // The DOM's types of a stream do not know that it can be iterated; Node's can.
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(piece, { stream: true });
    return { text, whole: true };
  } catch {
    return { text, whole: false };
  }
}

/** Where a segment begins in the stored object, after FORMAT.md: 69 bytes of header, 16 bytes of tag per segment. */
const segmentAt = (index: number): number => 69 + index * (segmentLength + 16);

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('a stored file that was tampered with', () => {
  it.each([
    ['in its first byte', 1000],
    ['in the middle', segmentLength / 2],
    ['in its tag', segmentLength + 15],
  ])('ends before the segment that was changed %s', async (_where, offset) => {
    const text = aText(4 * segmentLength + 10);
    const fileId = await surgery.add(gp, caseId, text);
    flip(await surgery.objectOf(fileId), segmentAt(2) + offset);

    const whole = await received(await surgery.download(gp, fileId));
    expect(whole.whole).toBe(false);
    expect(text.startsWith(whole.text)).toBe(true);
    expect(whole.text.length).toBeLessThanOrEqual(2 * segmentLength);

    const inside = await surgery.download(gp, fileId, {
      range: `bytes=${String(2 * segmentLength + 5)}-${String(2 * segmentLength + 9)}`,
    });
    expect(inside.status).toBe(500);
    const problem = await problemOf(inside);
    expect(problem).toMatchObject({ code: 'internal', detail: expect.stringMatching(/\w+.*\.$/) });
    expect(JSON.stringify(problem)).not.toContain(text.slice(0, 36));

    // The other segments are as they were.
    const before = await surgery.download(gp, fileId, { range: 'bytes=0-99' });
    expect([before.status, await before.text()]).toEqual([206, text.slice(0, 100)]);
  });

  it.each([
    ['its header', (path: string) => flip(path, 10)],
    ['its first segment', (path: string) => flip(path, 69)],
    ['the bytes of another file', copyOther],
    ['nothing at all', (path: string) => truncateSync(path, 0)],
    ['no object', (path: string) => rmSync(path)],
  ] as const)('is refused before the reply begins: %s', async (_what, tamper) => {
    const fileId = await surgery.add(gp, caseId, aText(segmentLength + 100));
    await tamper(await surgery.objectOf(fileId));
    const response = await surgery.download(gp, fileId);
    expect(response.status).toBe(500);
    expect(response.headers.get('content-disposition')).toBeNull();
    expect(await problemOf(response)).toMatchObject({ code: 'internal' });
  });

  async function copyOther(path: string): Promise<void> {
    const other = await surgery.add(gp, caseId, aText(segmentLength + 100));
    copyFileSync(await surgery.objectOf(other), path);
  }

  it.each([
    ['cut short at the end of a segment', (path: string) => truncateSync(path, segmentAt(2))],
    ['cut short in a segment', (path: string) => truncateSync(path, segmentAt(2) + 500)],
    [
      'given two segments in the other order',
      (path: string) => {
        const bytes = readFileSync(path);
        const [one, two, end] = [segmentAt(1), segmentAt(2), segmentAt(3)];
        const swapped = [bytes.subarray(0, one), bytes.subarray(two, end), bytes.subarray(one, two)];
        writeFileSync(path, Buffer.concat([...swapped, bytes.subarray(end)]));
      },
    ],
  ])('never counts as whole: %s', async (_what, tamper) => {
    const text = aText(3 * segmentLength + 10);
    const fileId = await surgery.add(gp, caseId, text);
    tamper(await surgery.objectOf(fileId));
    const { text: arrived, whole } = await received(await surgery.download(gp, fileId));
    expect(whole).toBe(false);
    expect(text.startsWith(arrived)).toBe(true);
  });

  it('does not open with the wrapped key of another file, even of the same case', async () => {
    const [one, other] = [await surgery.add(gp, caseId, 'one'), await surgery.add(gp, caseId, 'other')];
    // Object and key together: everything that is stored of the other file, under this one's id.
    await surgery.rows('swap', `update file set object_key = gen_random_uuid() where id = $1`, [one]);
    await surgery.rows(
      'move-key',
      `update file f set wrapped_key = o.wrapped_key from file o where f.id = $1 and o.id = $2`,
      [one, other],
    );
    const response = await surgery.download(gp, one);
    expect(response.status).toBe(500);
    expect(await (await surgery.download(gp, other)).text()).toBe('other');
  });

  it('does not open in another case', async () => {
    const fileId = await surgery.add(gp, caseId, 'of one case');
    const { caseId: elsewhere } = await surgery.share(gp, [stranger]);
    await surgery.rows('move-case', 'update file set case_id = $2 where id = $1', [fileId, elsewhere]);
    expect((await surgery.download(stranger, fileId)).status).toBe(500);
  });
});

describe('a part of a file', () => {
  const size = 2 * megabyte + 100;
  const text = aText(size);
  let fileId: string;
  beforeAll(async () => {
    fileId = await surgery.add(gp, caseId, text);
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=1048575-1048576', 1048575, 1048577],
    ['bytes=1048576-2097151', 1048576, 2097152],
    [`bytes=${String(size - 1)}-`, size - 1, size],
    ['bytes=-100', size - 100, size],
    ['bytes=-99999999', 0, size],
    ['bytes=5-99999999', 5, size],
  ])('%s is what was asked for', async (range, start, end) => {
    const response = await surgery.download(gp, fileId, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(
      `bytes ${String(start)}-${String(end - 1)}/${String(size)}`,
    );
    expect(response.headers.get('content-length')).toBe(String(end - start));
    expect(await response.text()).toBe(text.slice(start, end));
  });

  it.each(['bytes=5-2', 'bytes=0-1,3-4', 'items=0-1', 'bytes=a-b', 'bytes=-', 'bytes=0x1-2'])(
    'is the whole when %s makes no sense',
    async (range) => {
      const response = await surgery.download(gp, fileId, { range });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(text);
    },
  );

  it.each([`bytes=${String(size)}-`, 'bytes=-0', 'bytes=99999999-'])(
    'is refused outside of it: %s',
    async (range) => {
      const response = await surgery.download(gp, fileId, { range });
      expect(response.status).toBe(416);
      expect(response.headers.get('content-range')).toBe(`bytes */${String(size)}`);
      expect(await problemOf(response)).toMatchObject({ code: 'range-not-satisfiable' });
    },
  );
});

describe('a file', () => {
  it.each([
    ['../../etc/passwd', 'passwd.txt'],
    ['..\\..\\windows\\system32', 'system32.txt'],
    ['a\u0000b.txt', 'ab.txt'],
    ['photo\u202egnp.exe', 'photognp.exe.txt'],
    ['line\r\nset-cookie: a=b', 'lineset-cookie_ a=b.txt'],
    ['"; filename=evil.exe', '_; filename=evil.exe.txt'],
    ['...', 'file.txt'],
    ['x'.repeat(5000), `${'x'.repeat(116)}.txt`],
    ['Grüße 子.txt', 'Grüße 子.txt'],
  ])('called %j is shown and saved as %j', async (name, shown) => {
    const response = await surgery.upload(gp, caseId, 'x', { name });
    const file = (await response.json()) as { fileId: string; name: string };
    expect(file.name).toBe(shown);
    const { headers } = await surgery.download(gp, file.fileId);
    const disposition = headers.get('content-disposition') ?? '';
    const [kind, plain, extended] = /^(attachment); filename="([^"\\]*)"; filename\*=UTF-8''(\S+)$/
      .exec(disposition)!
      .slice(1);
    expect(kind).toBe('attachment');
    expect(plain).toMatch(/^[ -~]+$/);
    expect(decodeURIComponent(extended!)).toBe(shown);
    expect(headers.get('set-cookie')).toBeNull();
    expect((await surgery.objectOf(file.fileId)).startsWith(surgery.dir)).toBe(true);
  });

  it('can do nothing in a browser but be saved', async () => {
    const fileId = await surgery.add(gp, caseId, 'x');
    for (const more of [{}, { range: 'bytes=0-0' }]) {
      const { headers } = await surgery.download(gp, fileId, more);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': expect.stringMatching(/^attachment;/),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'no-store',
      });
    }
  });

  it('is for nobody who may not see its case, to whom it looks as if there were none', async () => {
    const fileId = await surgery.add(gp, caseId, 'x');
    const [refused, unknown] = await Promise.all([
      surgery.download(stranger, fileId),
      surgery.download(stranger, randomUUID()),
    ]);
    expect([refused.status, unknown.status]).toEqual([404, 404]);
    expect(await problemOf(refused)).toEqual(await problemOf(unknown));
    const names = (response: Response): string[] => [...response.headers.keys()].sort();
    expect(names(refused)).toEqual(names(unknown));
  });

  it('that was destroyed is gone at once, for good, and from the store with the next sweep', async () => {
    const fileId = await surgery.add(gp, caseId, 'to be forgotten');
    const path = await surgery.objectOf(fileId);
    expect(await destroyFile(surgery.context, fileId)).toBe(true);
    expect((await surgery.download(gp, fileId)).status).toBe(404);
    const [row] = await surgery.rows<{ kept: number }>(
      'shredded',
      'select num_nonnulls(wrapped_key, kek_id) as kept from file where id = $1',
      [fileId],
    );
    expect(row).toEqual({ kept: 0 });
    expect((await surgery.upload(gp, caseId, 'to be forgotten', { fileId })).status).toBe(409);
    await sweep(surgery.context);
    expect(surgery.objects()).not.toContain(path);
  });
});

describe('a running download', () => {
  // More than all the buffers between here and there hold.
  const size = 40 * megabyte;

  it('ends within two seconds of the end of the share, and goes on for everyone else', async () => {
    const { caseId: shared, grantIds } = await surgery.share(gp, [specialist]);
    const fileId = await surgery.add(gp, shared, aText(size));
    const [theirs, ours] = [await surgery.download(specialist, fileId), await surgery.download(gp, fileId)];
    await surgery.revoke(gp, shared, grantIds[0]!);
    await sleep(1_900);
    const rest = await received(theirs);
    expect(rest.whole).toBe(false);
    expect(rest.text.length).toBeLessThan(size);
    const { text, whole } = await received(ours);
    expect([whole, text.length]).toEqual([true, size]);
  });

  it('that nobody reads any more is let go of', async () => {
    const fileId = await surgery.add(gp, caseId, aText(size));
    const running = await Promise.all(Array.from({ length: 4 }, () => surgery.download(gp, fileId)));
    expect(running.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const more = await surgery.download(gp, fileId);
    expect([more.status, more.headers.get('retry-after')]).toEqual([503, '5']);
    await more.text();
    for (const { body } of running) await body?.cancel();
    await until(async () => {
      const response = await surgery.download(gp, fileId, { range: 'bytes=0-0' });
      await response.text();
      return response.status === 206;
    }, 'a place to be free');
  });
});
