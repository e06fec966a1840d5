import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { context } from '../test/helpers.js';
import { newDataKey } from './file-keys.js';
import { envKeyProvider, fileKeyProvider } from './key-provider.js';
import { rewrapKey, unwrapKey, wrapKey } from './key-wrap.js';

const fresh = () => randomBytes(32).toString('base64');
const keys = { '2026-11': fresh(), '2026-12': fresh() };
const keyringOf = (current: string, held: Readonly<Record<string, string>> = keys) =>
  JSON.stringify({ current, keys: held });
const providerOf = (current: string, held?: Readonly<Record<string, string>>) =>
  envKeyProvider({ FILE_KEYRING: keyringOf(current, held) });

describe('a wrapped key', () => {
  it('opens for its file only', async () => {
    const dataKey = newDataKey();
    const wrapped = await wrapKey(dataKey, context, providerOf('2026-11'));
    expect(wrapped.keyId).toBe('2026-11');
    expect((await unwrapKey(wrapped, context, providerOf('2026-12'))).equals(dataKey)).toBe(true);
    const moved = { ...context, fileId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ff' };
    await expect(unwrapKey(wrapped, moved, providerOf('2026-11'))).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('never uses a nonce twice', async () => {
    const dataKey = newDataKey();
    const provider = providerOf('2026-11');
    const wraps = await Promise.all(Array.from({ length: 1_000 }, () => wrapKey(dataKey, context, provider)));
    expect(new Set(wraps.map(({ bytes }) => bytes.subarray(5, 17).toString('hex'))).size).toBe(1_000);
  });

  it('moves to the current key, after which the old one is not needed', async () => {
    const dataKey = newDataKey();
    const old = await wrapKey(dataKey, context, providerOf('2026-11'));
    const moved = await rewrapKey(old, context, providerOf('2026-12'));
    expect(moved.keyId).toBe('2026-12');
    const onlyNew = providerOf('2026-12', { '2026-12': keys['2026-12'] });
    expect((await unwrapKey(moved, context, onlyNew)).equals(dataKey)).toBe(true);
    await expect(unwrapKey(old, context, onlyNew)).rejects.toMatchObject({
      code: 'internal',
      cause: expect.objectContaining({ message: expect.stringContaining('"2026-11" is not in the keyring') }),
    });
  });

  it('that is already under the current key stays as it is', async () => {
    const wrapped = await wrapKey(newDataKey(), context, providerOf('2026-11'));
    expect(await rewrapKey(wrapped, context, providerOf('2026-11'))).toBe(wrapped);
  });

  it('is not moved to another file by wrapping it again', async () => {
    const wrapped = await wrapKey(newDataKey(), context, providerOf('2026-11'));
    const other = { ...context, caseId: context.fileId };
    await expect(rewrapKey(wrapped, other, providerOf('2026-12'))).rejects.toMatchObject({
      code: 'internal',
    });
  });
});

describe('a keyring', () => {
  const secret = keys['2026-11'];
  it.each([
    ['', 'is not JSON'],
    [`{"current": ${secret}`, 'is not JSON'],
    ['null', 'lacks "keys"'],
    ['[]', 'lacks "keys"'],
    ['{"current":"a"}', 'lacks "keys"'],
    [keyringOf('2027-01'), 'names no current key'],
    [keyringOf('constructor'), 'names no current key'],
    [JSON.stringify({ keys }), 'names no current key'],
    [keyringOf('a', { a: secret.slice(4) }), 'bad key for "a"'],
    [keyringOf('a', { a: `${secret.slice(0, -1)}!` }), 'bad key for "a"'],
    [keyringOf('A', { A: secret }), 'lower-case letters'],
    [`{"current":"__proto__","keys":{"__proto__":"${secret}"}}`, 'lower-case letters'],
  ])('is refused when it is %j', (text, why) => {
    const make = () => envKeyProvider({ FILE_KEYRING: text });
    expect(make).toThrow(why);
    expect(make).not.toThrow(secret.slice(0, 8));
  });

  it('is refused when it is not there', () => {
    expect(() => envKeyProvider({})).toThrow('The keyring in FILE_KEYRING is not JSON.');
  });

  it('shows no key when it is printed', async () => {
    const key = await providerOf('2026-11').current();
    const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key);
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(Buffer.from(secret, 'base64').toString('hex').slice(0, 8));
  });
});

describe('a keyring file', () => {
  let folder = '';
  let path = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ddx-keyring-'));
    path = join(folder, 'keyring.json');
  });
  afterAll(async () => rm(folder, { recursive: true }));

  async function put(text: string, mode = 0o600): Promise<void> {
    await writeFile(`${path}.new`, text);
    await chmod(`${path}.new`, mode);
    await rename(`${path}.new`, path);
  }

  it.each([0o644, 0o640, 0o604, 0o660])('that others can reach (mode %o) is refused', async (mode) => {
    await put(keyringOf('2026-11'), mode);
    await expect(fileKeyProvider(path)).rejects.toThrow(`Run: chmod 600 ${path}`);
  });

  it.each([0o600, 0o400])('of mode %o is read', async (mode) => {
    await put(keyringOf('2026-11'), mode);
    const provider = await fileKeyProvider(path);
    expect((await provider.current()).id).toBe('2026-11');
    expect((await provider.byId('2026-12')).id).toBe('2026-12');
  });

  it('takes effect when it is changed, without a restart', async () => {
    await put(keyringOf('2026-11'));
    const provider = await fileKeyProvider(path);
    const before = await provider.current();
    expect(await provider.current()).toBe(before);
    await put(keyringOf('2026-12'));
    expect((await provider.current()).id).toBe('2026-12');
  });

  it('that breaks while in use fails the call, and works again when mended', async () => {
    await put(keyringOf('2026-11'));
    const provider = await fileKeyProvider(path);
    await put('{');
    await expect(provider.current()).rejects.toThrow('is not JSON');
    await put(keyringOf('2026-12'));
    expect((await provider.current()).id).toBe('2026-12');
  });

  it('that is missing is refused', async () => {
    await expect(fileKeyProvider(join(folder, 'none.json'))).rejects.toThrow('ENOENT');
  });
});
