import { open } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { AppError } from '@definitivedx/errors';
import { secretKey } from './file-keys.js';
import { keyLength } from './format.js';

/** A key that wraps data keys. Its id is not secret. */
export interface KeyEncryptionKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Where key-encryption keys come from. */
export interface KeyProvider {
  /** The key that new data keys are wrapped under. */
  current(): Promise<KeyEncryptionKey>;
  /** @throws AppError `internal` when there is no such key, its cause telling the operator which. */
  byId(id: string): Promise<KeyEncryptionKey>;
}

interface Keyring {
  readonly current: KeyEncryptionKey;
  readonly keys: ReadonlyMap<string, KeyEncryptionKey>;
}

const keyId = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const keyText = /^[A-Za-z0-9+/]{43}=$/;

/** Never quotes what it read: that is key material. */
const badKeyring = (where: string, what: string) =>
  new Error(
    `The keyring in ${where} ${what}. It should read {"current":"<id>","keys":{"<id>":"<${String(keyLength)} random bytes in base64>"}}.`,
  );

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // JSON's own error quotes the text.
    throw badKeyring(where, 'is not JSON');
  }
}

function parseKeyring(text: string, where: string): Keyring {
  const json = parseJson(text, where);
  if (!isRecord(json) || !isRecord(json['keys'])) throw badKeyring(where, 'lacks "keys"');
  const keys = new Map<string, KeyEncryptionKey>();
  for (const [id, value] of Object.entries(json['keys'])) {
    if (!keyId.test(id))
      throw badKeyring(where, 'has an id that is not lower-case letters, digits, ".", "_", "-"');
    if (typeof value !== 'string' || !keyText.test(value))
      throw badKeyring(where, `has a bad key for "${id}"`);
    keys.set(id, { id, key: secretKey(Buffer.from(value, 'base64')) });
  }
  const current = typeof json['current'] === 'string' ? keys.get(json['current']) : undefined;
  if (!current) throw badKeyring(where, 'names no current key that it holds');
  return { current, keys };
}

function find(keyring: Keyring, id: string, where: string): KeyEncryptionKey {
  const found = keyring.keys.get(id);
  if (found) return found;
  throw new AppError(
    'internal',
    'This file cannot be unlocked just now: the key it needs is not there. Please report this so that it is put back.',
    { cause: new Error(`key ${JSON.stringify(id)} is not in the keyring in ${where}; put it back`) },
  );
}

/**
 * Keys from a JSON keyring file that only its owner can read (mode 0600 or less). The file is read again when it has changed, so
 * keys rotate without a restart: first add the new key everywhere, then make it current.
 * @throws Error (a rejected promise) when the file cannot be used; a file that breaks later fails the calls that need it.
 */
export async function fileKeyProvider(path: string): Promise<KeyProvider> {
  let seen = '';
  let keyring: Keyring | undefined;

  async function load(): Promise<Keyring> {
    const file = await open(path, 'r');
    try {
      const { mode, ino, size, mtimeNs } = await file.stat({ bigint: true });
      if ((mode & 0o077n) !== 0n) {
        throw new Error(`The keyring file ${path} can be read by others. Run: chmod 600 ${path}`);
      }
      const version = [ino, size, mtimeNs].join(' ');
      if (keyring && version === seen) return keyring;
      const fresh = parseKeyring(await file.readFile('utf8'), path);
      keyring = fresh;
      seen = version;
      return fresh;
    } finally {
      await file.close();
    }
  }

  await load();
  return {
    current: async () => (await load()).current,
    byId: async (id) => find(await load(), id, path),
  };
}

/** Name of the variable that holds a keyring, in the form of the file. */
export const keyringVariable = 'FILE_KEYRING';

/** Keys from the environment, read once. @throws Error when `FILE_KEYRING` is missing or wrong. */
export function envKeyProvider(env: NodeJS.ProcessEnv): KeyProvider {
  const keyring = parseKeyring(env[keyringVariable] ?? '', keyringVariable);
  return {
    current: async () => keyring.current,
    byId: async (id) => find(keyring, id, keyringVariable),
  };
}
