import { createHash, createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { chunksOf, pass, plaintextOf, readRange, reasonOf, sourceOf, through } from '../test/helpers.js';
import { decryptStream } from './decrypt.js';
import { Encryption } from './encrypt.js';
import { ciphertextSize, plaintextSize, type FileContext } from './format.js';
import type { KeyProvider } from './key-provider.js';
import { unwrapKey, wrapUnder } from './key-wrap.js';
import type { RefusalReason } from './refused.js';

interface GoodFile {
  readonly name: string;
  readonly key: string;
  readonly context: string;
  readonly salt: string;
  readonly plaintextLength: number;
  readonly ciphertextLength: number;
  readonly ciphertextSha256: string;
  readonly ciphertext?: string;
}

type Part = { readonly file: string; readonly from: number; readonly to: number } | { readonly hex: string };

interface BadFile {
  readonly name: string;
  readonly key: string;
  readonly context: string;
  readonly reason: RefusalReason;
  readonly released: number;
  readonly parts: readonly Part[];
}

interface Wrapped {
  readonly keyId: string;
  readonly context: string;
  readonly bytes: string;
}

interface Vectors {
  readonly keys: Readonly<Record<string, string>>;
  readonly contexts: Readonly<Record<string, FileContext>>;
  readonly good: readonly GoodFile[];
  readonly bad: readonly BadFile[];
  readonly wrapping: {
    readonly keyring: Readonly<Record<string, string>>;
    readonly good: Wrapped & { readonly dataKey: string; readonly nonce: string };
    readonly bad: readonly (Wrapped & { readonly name: string })[];
  };
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/vectors.json', import.meta.url), 'utf8'),
) as Vectors;

const keyOf = (name: string) => createSecretKey(Buffer.from(vectors.keys[name]!, 'hex'));
const contextOf = (name: string) => vectors.contexts[name]!;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const made = new Map<string, Promise<Buffer>>();
/** The good file of a name, encrypted once by the streaming code. */
function fileOf(name: string): Promise<Buffer> {
  const { key, context, salt, plaintextLength } = vectors.good.find((file) => file.name === name)!;
  const encrypt = () => {
    const stream = new Encryption(keyOf(key), contextOf(context), Buffer.from(salt, 'hex'));
    return through(stream, chunksOf(plaintextOf(plaintextLength), 65_536));
  };
  const bytes = made.get(name) ?? encrypt();
  made.set(name, bytes);
  return bytes;
}

const bytesOf = async (part: Part) =>
  'hex' in part ? Buffer.from(part.hex, 'hex') : (await fileOf(part.file)).subarray(part.from, part.to);

describe('vectors that must open', () => {
  it.each(vectors.good)('$name', async (file) => {
    const bytes = await fileOf(file.name);
    expect(bytes.length).toBe(file.ciphertextLength);
    expect(sha256(bytes)).toBe(file.ciphertextSha256);
    if (file.ciphertext !== undefined) expect(bytes.toString('hex')).toBe(file.ciphertext);
    expect(ciphertextSize(file.plaintextLength)).toBe(bytes.length);
    expect(plaintextSize(bytes.length)).toBe(file.plaintextLength);

    const opened = await through(decryptStream(keyOf(file.key), contextOf(file.context)), [bytes]);
    expect(opened.equals(plaintextOf(file.plaintextLength))).toBe(true);
  });
});

describe('vectors that must be refused', () => {
  it.each(vectors.bad)('$name', async ({ key, context, parts, reason, released }) => {
    const stored = Buffer.concat(await Promise.all(parts.map(bytesOf)));
    for (const chunk of [stored.length || 1, 65_536, ...(stored.length < 1_000 ? [1] : [])]) {
      const outcome = await pass(decryptStream(keyOf(key), contextOf(context)), chunksOf(stored, chunk));
      expect(reasonOf(outcome.error)).toBe(reason);
      expect(outcome.released.equals(plaintextOf(released))).toBe(true);
    }
  });

  it.each(vectors.bad)('as a range, too: $name', async ({ key, context, parts }) => {
    const stored = Buffer.concat(await Promise.all(parts.map(bytesOf)));
    const read = async () => {
      const size = plaintextSize(stored.length);
      return readRange(keyOf(key), contextOf(context), sourceOf(stored), {
        plaintextSize: size,
        start: 0,
        end: size,
      });
    };
    const { error } = await read().catch((thrown: unknown) => ({ error: thrown }));
    expect(reasonOf(error)).toMatch(/^(header|key|segment|length)$/);
  });
});

describe('vectors of key wrapping', () => {
  const { keyring, good, bad } = vectors.wrapping;
  const kekOf = (id: string) => ({ id, key: createSecretKey(Buffer.from(keyring[id]!, 'hex')) });
  const provider: KeyProvider = { current: async () => kekOf('first'), byId: async (id) => kekOf(id) };

  it('wraps and unwraps', async () => {
    const nonce = Buffer.from(good.nonce, 'hex');
    const wrapped = wrapUnder(kekOf(good.keyId), keyOf(good.dataKey), contextOf(good.context), nonce);
    expect(wrapped.bytes.toString('hex')).toBe(good.bytes);
    const opened = await unwrapKey(wrapped, contextOf(good.context), provider);
    expect(opened.equals(keyOf(good.dataKey))).toBe(true);
  });

  it.each(bad)('refuses: $name', async ({ keyId, context, bytes }) => {
    const wrapped = { keyId, bytes: Buffer.from(bytes, 'hex') };
    await expect(unwrapKey(wrapped, contextOf(context), provider)).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
