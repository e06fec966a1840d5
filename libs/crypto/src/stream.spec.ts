import { hkdfSync, randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chunksOf, context, cut, pass, plaintextOf, readRange, sourceOf, through } from '../test/helpers.js';
import { decryptStream } from './decrypt.js';
import { encryptStream, Encryption } from './encrypt.js';
import { keysForNewFile, newDataKey } from './file-keys.js';
import {
  ciphertextSize,
  headerLength,
  maxPlaintextSize,
  maxSegments,
  nonceOf,
  plaintextSize,
  sealedSegmentLength,
  segmentLength as segment,
} from './format.js';
import { RefusedFile } from './refused.js';

const key = newDataKey();
const edges = [0, 1, segment - 1, segment, segment + 1, 2 * segment];
const size = fc.oneof(fc.constantFrom(...edges), fc.nat(3 * segment));
const places = fc.array(fc.nat(3 * segment), { maxLength: 40 });
const whole = (length: number) => ({ plaintextSize: length, start: 0, end: length });

describe('a file', () => {
  it.each(edges)('of %i bytes comes back as it was', async (length) => {
    const plaintext = plaintextOf(length);
    const stored = await through(encryptStream(key, context), chunksOf(plaintext, 65_536));
    expect(stored.length).toBe(ciphertextSize(length));
    expect(plaintextSize(stored.length)).toBe(length);
    expect((await through(decryptStream(key, context), chunksOf(stored, 65_536))).equals(plaintext)).toBe(
      true,
    );
    expect((await readRange(key, context, sourceOf(stored), whole(length))).released.equals(plaintext)).toBe(
      true,
    );
  });

  it('is the same however its bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(size, places, places, async (length, inputCuts, storedCuts) => {
        const plaintext = plaintextOf(length);
        const salt = Buffer.alloc(32, 7);
        const once = await through(new Encryption(key, context, salt), [plaintext]);
        const stored = await through(new Encryption(key, context, salt), cut(plaintext, inputCuts));
        expect(stored.equals(once)).toBe(true);
        const opened = await through(decryptStream(key, context), cut(stored, storedCuts));
        expect(opened.equals(plaintext)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('may come one byte at a time', async () => {
    const plaintext = plaintextOf(70_000);
    const stored = await through(encryptStream(key, context), chunksOf(plaintext, 1));
    expect((await through(decryptStream(key, context), chunksOf(stored, 1))).equals(plaintext)).toBe(true);
  });

  it.each(edges)('of %i bytes, once released, is the reader’s: no wiping reaches it', async (length) => {
    const stored = await through(encryptStream(key, context), [plaintextOf(length)]);
    const stream = decryptStream(key, context);
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.end(stored);
    await new Promise((resolve) => stream.on('close', resolve));
    expect(Buffer.concat(pieces).equals(plaintextOf(length))).toBe(true);
  });

  it('does not change when the writer uses its buffer again', async () => {
    const stream = encryptStream(key, context);
    const stored: Buffer[] = [];
    stream.on('data', (piece: Buffer) => stored.push(piece));
    const reused = Buffer.alloc(segment);
    for (const fill of [1, 2, 3]) {
      reused.fill(fill);
      await new Promise((resolve) => stream.write(reused, resolve));
    }
    await new Promise((resolve) => stream.end(resolve).on('end', resolve));
    reused.fill(9);
    const opened = await through(decryptStream(key, context), [Buffer.concat(stored)]);
    const expected = Buffer.concat([1, 2, 3].map((fill) => Buffer.alloc(segment, fill)));
    expect(opened.equals(expected)).toBe(true);
  });
});

describe('a changed file', () => {
  const place = fc.nat(4 * segment);
  const changes: Readonly<Record<string, (stored: Buffer, at: number, other: number) => Buffer>> = {
    flip: (stored, at, other) => {
      const copy = Buffer.from(stored);
      copy[at] = copy[at]! ^ (1 << (other % 8));
      return copy;
    },
    remove: (stored, at, other) =>
      Buffer.concat([stored.subarray(0, at), stored.subarray(at + 1 + (other % 5_000))]),
    insert: (stored, at, other) =>
      Buffer.concat([stored.subarray(0, at), randomBytes(1 + (other % 5_000)), stored.subarray(at)]),
    truncate: (stored, at) => stored.subarray(0, at),
    append: (stored, _at, other) => Buffer.concat([stored, randomBytes(1 + (other % 5_000))]),
    swap: (stored, at, other) => {
      const [from, to] = [at, other % stored.length].sort((a, b) => a - b) as [number, number];
      return Buffer.concat([stored.subarray(to), stored.subarray(from, to), stored.subarray(0, from)]);
    },
    repeat: (stored, at) => Buffer.concat([stored.subarray(0, at), stored]),
  };

  it('is refused, and only whole verified segments before the change come out', async () => {
    await fc.assert(
      fc.asyncProperty(
        size, fc.constantFrom(...Object.keys(changes)), place, place, places,
        async (length, change, at, other, cuts) => {
          const plaintext = plaintextOf(length);
          const stored = await through(encryptStream(key, context), [plaintext]);
          const changed = changes[change]!(stored, at % stored.length, other);
          if (changed.equals(stored)) return;
          const same = stored.findIndex((byte, index) => byte !== changed[index]);
          const untouched = same === -1 ? stored.length : same;
          const { released, error } = await pass(decryptStream(key, context), cut(changed, cuts));
          expect(error).toBeInstanceOf(RefusedFile);
          const verified = Math.max(0, Math.floor((untouched - headerLength) / sealedSegmentLength)) * segment;
          // The last segment is held until the file has ended, so what is appended spoils it.
          expect(released.length % segment).toBe(0);
          expect(released.length).toBeLessThanOrEqual(verified);
          expect(released.equals(plaintext.subarray(0, released.length))).toBe(true);
        },
      ),
      { numRuns: 120 },
    );
  }, 60_000); // prettier-ignore
});

describe('keys and nonces', () => {
  it('never come twice over many files under one data key, nor over many data keys', () => {
    const seen = new Set<string>();
    const files = 2_000;
    for (let file = 0; file < files; file += 1) {
      const dataKey = file % 2 === 0 ? key : newDataKey();
      const { key: fileKey, noncePrefix } = keysForNewFile(dataKey, context, randomBytes(32));
      seen.add(fileKey.export().toString('hex') + noncePrefix.toString('hex'));
    }
    expect(seen.size).toBe(files);
  });

  it('draws a new salt for every file', async () => {
    const headers = new Set<string>();
    for (let file = 0; file < 200; file += 1) {
      const stored = await through(encryptStream(key, context), []);
      headers.add(stored.subarray(0, headerLength).toString('hex'));
    }
    expect(headers.size).toBe(200);
  });

  it('gives every place in a file its own nonce, and none past the last place', () => {
    const prefix = Buffer.alloc(7, 1);
    const indexes = [0, 1, 255, 256, 65_535, 65_536, maxSegments - 1];
    const nonces = indexes.flatMap((index) => [nonceOf(prefix, index, false), nonceOf(prefix, index, true)]);
    expect(new Set(nonces.map((nonce) => nonce.toString('hex'))).size).toBe(2 * indexes.length);
    expect(() => nonceOf(prefix, maxSegments, true)).toThrow(
      expect.objectContaining({ code: 'payload-too-large' }),
    );
  });

  it('are other keys for another file, another case, and for the commitment', () => {
    const salt = Buffer.alloc(32, 3);
    const keyOf = (ids: typeof context) => keysForNewFile(key, ids, salt).key.export().toString('hex');
    const other = '0198c1d2-7a3b-7c4d-8e5f-0123456789ff';
    const all = [keyOf(context), keyOf({ ...context, fileId: other }), keyOf({ ...context, caseId: other })];
    expect(new Set(all).size).toBe(3);
    expect(all).not.toContain(Buffer.from(hkdfSync('sha256', key, salt, '', 32)).toString('hex'));
  });
});

describe('sizes', () => {
  it('are each other’s inverse', () => {
    fc.assert(
      fc.property(fc.oneof(size, fc.integer({ min: 0, max: maxPlaintextSize })), (length) => {
        expect(plaintextSize(ciphertextSize(length))).toBe(length);
      }),
    );
  });

  it.each([
    0,
    headerLength,
    headerLength + 15,
    headerLength + sealedSegmentLength + 16,
    NaN,
    -1,
    100.5,
    2 ** 53,
  ])('refuse a file of %d bytes', (length) => {
    expect(() => plaintextSize(length)).toThrow(RefusedFile);
  });

  it.each([-1, 1.5, NaN])('refuse a plaintext of %d bytes', (length) => {
    expect(() => ciphertextSize(length)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it('refuse a plaintext past the limit', () => {
    expect(() => ciphertextSize(maxPlaintextSize + 1)).toThrow(
      expect.objectContaining({ code: 'payload-too-large' }),
    );
  });
});

describe('ids', () => {
  it.each(['', 'x', '0198c1d27a3b7c4d8e5f0123456789ab', `${context.fileId}\n`])('refuses %j', (fileId) => {
    expect(() => encryptStream(key, { ...context, fileId })).toThrow('Give the file id as a UUID.');
    expect(() => decryptStream(key, { ...context, fileId })).toThrow('Give the file id as a UUID.');
  });

  it('reads a UUID in either case as the same', async () => {
    const stored = await through(encryptStream(key, context), [Buffer.from('x')]);
    const upper = { fileId: context.fileId.toUpperCase(), caseId: context.caseId.toUpperCase() };
    expect((await through(decryptStream(key, upper), [stored])).toString()).toBe('x');
  });
});

describe('memory', () => {
  it('stays flat over 256 MiB', async () => {
    // What is not collected yet says nothing about what is held, so it is collected before each look. Buffers are
    // given back beside the program, hence a bound with room: far from the whole, and not growing with it.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = () => {
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    const total = 256 * segment;
    let left = total;
    let arrived = 0;
    let peak = 0;
    const source = new Readable({
      read() {
        const length = Math.min(left, 65_536);
        left -= length;
        this.push(length === 0 ? null : Buffer.allocUnsafeSlow(length));
      },
    });
    const before = held();
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        const look =
          Math.floor(arrived / (16 * segment)) < Math.floor((arrived + chunk.length) / (16 * segment));
        arrived += chunk.length;
        if (!look) {
          done();
          return;
        }
        // Slower than the source, so that only back-pressure keeps the rest away.
        setTimeout(() => {
          peak = Math.max(peak, held() - before);
          done();
        }, 5);
      },
    });
    await pipeline(source, encryptStream(key, context), decryptStream(key, context), sink);
    expect(arrived).toBe(total);
    expect(peak).toBeLessThan(total / 4);
  }, 120_000);

  it('a reader who stops stops the writer', async () => {
    const stream = encryptStream(key, context);
    let written = 0;
    const source = Readable.from(
      (function* () {
        for (; written < 64; written += 1) yield Buffer.alloc(segment);
      })(),
    );
    const done = pipeline(source, stream, new Writable({ write: () => undefined })).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(written).toBeLessThan(24);
    stream.destroy();
    await done;
  });
});
