import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chunksOf, context, plaintextOf, readRange, reasonOf, sourceOf, through } from '../test/helpers.js';
import { decryptRange, type RangeSource } from './decrypt.js';
import { encryptStream } from './encrypt.js';
import { newDataKey } from './file-keys.js';
import {
  ciphertextSize,
  headerLength,
  sealedSegmentLength as sealed,
  segmentLength as segment,
} from './format.js';

const key = newDataKey();
const size = 3 * segment + 1_000;
const plaintext = plaintextOf(size);
const storing = through(encryptStream(key, context), chunksOf(plaintext, 65_536));

function changedAt(stored: Buffer, at: number): Buffer {
  const copy = Buffer.from(stored);
  copy[at] = copy[at]! ^ 1;
  return copy;
}

describe('a part of a file', () => {
  it('is that part, wherever it begins and ends', async () => {
    const stored = await storing;
    const near = [0, 1, segment - 1, segment, segment + 1, 2 * segment, 3 * segment, size - 1, size];
    const place = fc.oneof(fc.constantFrom(...near), fc.nat(size));
    await fc.assert(
      fc.asyncProperty(place, place, fc.constantFrom(1_000, 65_536, 3_000_000), async (a, b, chunk) => {
        fc.pre(a !== b);
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const { released, error } = await readRange(key, context, sourceOf(stored, chunk), {
          plaintextSize: size,
          start,
          end,
        });
        expect(error).toBeUndefined();
        expect(released.equals(plaintext.subarray(start, end))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('reads the header and the segments it touches, no more', async () => {
    const stored = await storing;
    const calls: [number, number][] = [];
    const source: RangeSource = (offset, length) => {
      calls.push([offset, length]);
      return sourceOf(stored)(offset, length);
    };
    await readRange(key, context, source, { plaintextSize: size, start: segment + 5, end: 2 * segment });
    await readRange(key, context, source, { plaintextSize: size, start: size - 1, end: size });
    expect(calls).toEqual([
      [0, headerLength],
      [headerLength + sealed, sealed],
      [0, headerLength],
      [headerLength + 3 * sealed, 1_016],
    ]);
  });

  it('is refused before any of a changed segment comes out', async () => {
    const stored = changedAt(await storing, headerLength + 2 * sealed - 1);
    const read = (start: number, end: number) =>
      readRange(key, context, sourceOf(stored), { plaintextSize: size, start, end });
    const across = await read(10, 2 * segment);
    expect(reasonOf(across.error)).toBe('segment');
    expect(across.released.equals(plaintext.subarray(10, 10 + across.released.length))).toBe(true);
    expect(across.released.length).toBeLessThanOrEqual(segment - 10);
    const inside = await read(segment + 10, segment + 20);
    expect(reasonOf(inside.error)).toBe('segment');
    expect(inside.released).toHaveLength(0);
    // Other segments stand for themselves.
    expect((await read(2 * segment, 2 * segment + 9)).error).toBeUndefined();
  });

  it.each([size - 1, size + 1, 3 * segment, 3 * segment + 1, 4 * segment, 5 * segment])(
    'reaching the end proves the size: refused when the catalogue says %i',
    async (wrong) => {
      const range = { plaintextSize: wrong, start: wrong - 1, end: wrong };
      const { error, released } = await readRange(key, context, sourceOf(await storing), range);
      expect(reasonOf(error)).toMatch(/^(segment|length)$/);
      expect(released).toHaveLength(0);
    },
  );

  it('not reaching the end does not see that the end is gone', async () => {
    const cut = (await storing).subarray(0, headerLength + sealed);
    const { error } = await readRange(key, context, sourceOf(cut), {
      plaintextSize: size,
      start: 0,
      end: segment,
    });
    expect(error).toBeUndefined();
  });

  it('refuses a source that gives too little or too much', async () => {
    const stored = await storing;
    const range = { plaintextSize: size, start: 0, end: size };
    const short: RangeSource = (offset, length) =>
      sourceOf(stored)(offset, offset === 0 ? length : length - 1);
    expect(reasonOf((await readRange(key, context, short, range)).error)).toBe('length');
    const longer = Buffer.concat([stored, Buffer.alloc(9)]);
    const long: RangeSource = (offset, length) =>
      sourceOf(longer)(offset, offset === 0 ? length : length + 9);
    expect(reasonOf((await readRange(key, context, long, range)).error)).toBe('length');
  });

  it('refuses a wrong key or context before there is a stream', async () => {
    const stored = await storing;
    const range = { plaintextSize: size, start: 0, end: 1 };
    const other = { ...context, caseId: context.fileId };
    await expect(decryptRange(key, other, sourceOf(stored), range)).rejects.toMatchObject({ reason: 'key' });
    await expect(decryptRange(newDataKey(), context, sourceOf(stored), range)).rejects.toMatchObject({
      reason: 'key',
    });
    await expect(decryptRange(key, context, sourceOf(Buffer.alloc(0)), range)).rejects.toMatchObject({
      reason: 'length',
    });
  });

  it.each([
    [0, 0],
    [5, 5],
    [6, 5],
    [-1, 5],
    [0, size + 1],
    [0.5, 1],
    [NaN, 1],
  ])('from %d to %d is not one', async (start, end) => {
    const read = decryptRange(key, context, sourceOf(await storing), { plaintextSize: size, start, end });
    await expect(read).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('closes its source when the reader leaves, and passes on the failure of the source', async () => {
    const stored = await storing;
    const range = { plaintextSize: size, start: 0, end: size };
    let body: Readable | undefined;
    const stalled: RangeSource = (offset, length) => {
      if (offset === 0) return sourceOf(stored)(offset, length);
      body = new Readable({ read: () => undefined });
      return body;
    };
    const part = await decryptRange(key, context, stalled, range);
    part.destroy();
    await new Promise((resolve) => part.on('close', resolve));
    expect(body?.destroyed).toBe(true);

    const failing: RangeSource = (offset, length) =>
      offset === 0 ? sourceOf(stored)(offset, length) : new Readable({ read() { this.destroy(new Error('gone')); } }); // prettier-ignore
    const { error } = await readRange(key, context, failing, range);
    expect(error).toMatchObject({ message: 'gone' });
    expect(ciphertextSize(size)).toBe(stored.length);
  });
});
