import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Readable } from 'node:stream';
import { MissingObject, type Store } from '../../src/stores/store.js';

const megabyte = 1024 * 1024;

/** A store under test, and how to look behind it. */
export interface OpenStore {
  readonly store: Store;
  /** Everything it holds, finished or not. */
  readonly names: () => Promise<string[]>;
  /** Leaves what a crash in the middle of a `put` leaves. */
  readonly crashIn: (key: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function read(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length);
}

/** What any store of encrypted files must do. Both implementations pass it, each on the real thing. */
export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`the ${name} store`, () => {
    let at: OpenStore;
    let store: Store;
    beforeAll(async () => {
      at = await open();
      store = at.store;
    }, 600_000);
    afterAll(() => at.close());

    const sizes = [0, 1, 70_000, 5 * megabyte - 1, 5 * megabyte, 5 * megabyte + 1, 12 * megabyte + 7];

    it.each(sizes)('gives back %i bytes as they came, whole and in parts', async (size) => {
      const key = randomUUID();
      const bytes = randomBytes(size);
      expect(await store.put(key, inPieces(bytes, 300_001))).toEqual({ bytes: size });
      if (size === 0) return;
      expect((await read(await store.get(key, 0, size))).equals(bytes)).toBe(true);
      for (const [from, length] of [
        [0, 1],
        [size - 1, 1],
        [Math.floor(size / 2), Math.ceil(size / 4)],
      ] as const) {
        const part = await read(await store.get(key, from, length));
        expect(part.equals(bytes.subarray(from, from + length))).toBe(true);
      }
    });

    it('ends where the object ends', async () => {
      const key = randomUUID();
      await store.put(key, inPieces(Buffer.from('short'), 2));
      expect((await read(await store.get(key, 2, 1_000))).toString()).toBe('ort');
    });

    it('says that there is no such object', async () => {
      await expect(store.get(randomUUID(), 0, 10)).rejects.toThrow(MissingObject);
    });

    it.each(['../../etc/passwd', 'a/b', '', 'not a key', `${randomUUID()}/..`])(
      'takes no key like %j',
      async (key) => {
        await expect(store.put(key, inPieces(Buffer.from('x'), 1))).rejects.toThrow('UUID');
        await expect(store.get(key, 0, 1)).rejects.toThrow('UUID');
        await expect(store.remove(key)).rejects.toThrow('UUID');
      },
    );

    it.each([100, 11 * megabyte])('leaves nothing when its source fails after %i bytes', async (length) => {
      const before = await at.names();
      const key = randomUUID();
      async function* broken(): AsyncGenerator<Buffer> {
        yield randomBytes(length);
        throw new Error('the source broke');
      }
      await expect(store.put(key, broken())).rejects.toThrow('the source broke');
      await expect(store.get(key, 0, 1)).rejects.toThrow(MissingObject);
      expect(await at.names()).toEqual(before);
    });

    it('does not show an object before all of it is there', async () => {
      const key = randomUUID();
      let middle: (() => void) | undefined;
      const reached = new Promise<void>((resolve) => (middle = resolve));
      let goOn: (() => void) | undefined;
      const waiting = new Promise<void>((resolve) => (goOn = resolve));
      async function* slow(): AsyncGenerator<Buffer> {
        yield randomBytes(7 * megabyte);
        middle?.();
        await waiting;
        yield randomBytes(10);
      }
      const put = store.put(key, slow());
      await reached;
      await expect(store.get(key, 0, 1)).rejects.toThrow(MissingObject);
      goOn?.();
      await put;
      expect(await read(await store.get(key, 0, 3))).toHaveLength(3);
    });

    it('removes an object, again and again, and also one that never was', async () => {
      const key = randomUUID();
      await store.put(key, inPieces(randomBytes(6 * megabyte), megabyte));
      await store.remove(key);
      await expect(store.get(key, 0, 1)).rejects.toThrow(MissingObject);
      await store.remove(key);
      await store.remove(randomUUID());
    });

    it('removes what a crash left of an object, which was never to be seen', async () => {
      const before = await at.names();
      const key = randomUUID();
      await at.crashIn(key);
      expect(await at.names()).not.toEqual(before);
      await expect(store.get(key, 0, 1)).rejects.toThrow(MissingObject);
      await store.remove(key);
      expect(await at.names()).toEqual(before);
    });

    it('takes many at once', async () => {
      const all = Array.from({ length: 8 }, () => ({ key: randomUUID(), bytes: randomBytes(6 * megabyte) }));
      await Promise.all(all.map(({ key, bytes }) => store.put(key, inPieces(bytes, 64_000))));
      for (const { key, bytes } of all) {
        expect((await read(await store.get(key, 0, bytes.length))).equals(bytes)).toBe(true);
      }
    });

    it('is ready', async () => {
      await store.ping();
    });
  });
}
