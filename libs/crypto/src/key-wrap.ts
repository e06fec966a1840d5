import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { AppError } from '@definitivedx/errors';
import { assertKeyLength, secretKey } from './file-keys.js';
import { contextBytes, keyLength, tagLength, type FileContext } from './format.js';
import type { KeyEncryptionKey, KeyProvider } from './key-provider.js';

const algorithm = 'aes-256-gcm';
const options = { authTagLength: tagLength };
const magic = Buffer.from('DDXK\u0001', 'latin1');
const nonceLength = 12;
const wrappedLength = magic.length + nonceLength + keyLength + tagLength;

/** A data key under a key-encryption key: what is stored beside the file's row. The id is apart so that SQL can count its uses. */
export interface WrappedKey {
  readonly keyId: string;
  readonly bytes: Buffer;
}

const associatedData = (context: FileContext, keyId: string): Buffer =>
  Buffer.concat([magic, contextBytes(context), Buffer.from(keyId, 'utf8')]);

/** Wraps under a given key. Exported for known-answer tests, which give the nonce. */
export function wrapUnder(
  kek: KeyEncryptionKey,
  dataKey: KeyObject,
  context: FileContext,
  nonce: Buffer,
): WrappedKey {
  assertKeyLength(dataKey);
  const cipher = createCipheriv(algorithm, kek.key, nonce, options);
  cipher.setAAD(associatedData(context, kek.id));
  const plain = dataKey.export();
  const sealed = cipher.update(plain);
  plain.fill(0);
  cipher.final();
  return { keyId: kek.id, bytes: Buffer.concat([magic, nonce, sealed, cipher.getAuthTag()]) };
}

/** Wraps a file's data key under the provider's current key, bound to that file and case. */
export async function wrapKey(
  dataKey: KeyObject,
  context: FileContext,
  provider: KeyProvider,
): Promise<WrappedKey> {
  return wrapUnder(await provider.current(), dataKey, context, randomBytes(nonceLength));
}

/**
 * Gives back the data key of a file.
 * @throws AppError `internal` when the wrapped key was changed, belongs to another file or case, or its key is not in the keyring.
 */
export async function unwrapKey(
  wrapped: WrappedKey,
  context: FileContext,
  provider: KeyProvider,
): Promise<KeyObject> {
  const { bytes, keyId } = wrapped;
  if (bytes.length !== wrappedLength || !bytes.subarray(0, magic.length).equals(magic))
    throw refusedKey(keyId);
  const kek = await provider.byId(keyId);
  const sealedAt = magic.length + nonceLength;
  const decipher = createDecipheriv(algorithm, kek.key, bytes.subarray(magic.length, sealedAt), options);
  decipher.setAAD(associatedData(context, keyId));
  decipher.setAuthTag(bytes.subarray(sealedAt + keyLength));
  const plain = decipher.update(bytes.subarray(sealedAt, sealedAt + keyLength));
  try {
    decipher.final();
    return secretKey(plain);
  } catch {
    plain.fill(0);
    throw refusedKey(keyId);
  }
}

/** The same data key under the provider's current key; unchanged if it already is. The file itself is not touched. */
export async function rewrapKey(
  wrapped: WrappedKey,
  context: FileContext,
  provider: KeyProvider,
): Promise<WrappedKey> {
  const current = await provider.current();
  const dataKey = await unwrapKey(wrapped, context, provider);
  if (wrapped.keyId === current.id) return wrapped;
  return wrapUnder(current, dataKey, context, randomBytes(nonceLength));
}

const refusedKey = (keyId: string) =>
  new AppError(
    'internal',
    'This file cannot be unlocked: its key is stored damaged or belongs to another file. Please report this so that it is looked into.',
    { cause: new Error(`wrapped data key refused, said to be under key ${JSON.stringify(keyId)}`) },
  );
