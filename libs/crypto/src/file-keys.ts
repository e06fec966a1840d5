import { createSecretKey, hkdfSync, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import {
  commitmentLength,
  contextBytes,
  keyLength,
  noncePrefixLength,
  readHeader,
  writeHeader,
  type FileContext,
} from './format.js';
import { RefusedFile } from './refused.js';

/** All that sealing or opening a segment of one file takes, besides its place. */
export interface FileKeys {
  readonly header: Buffer;
  readonly key: KeyObject;
  readonly noncePrefix: Buffer;
  readonly associatedData: Buffer;
}

/**
 * Makes the random 256-bit key of one file. Keys are KeyObjects here, so that no log line or error can print one;
 * Node wipes their memory when they are collected.
 */
export function newDataKey(): KeyObject {
  return secretKey(randomBytes(keyLength));
}

/** Moves key bytes into a KeyObject and wipes them. */
export function secretKey(bytes: Buffer): KeyObject {
  try {
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

export function assertKeyLength(key: KeyObject): void {
  if (key.type !== 'secret' || key.symmetricKeySize !== keyLength) {
    throw new Error(`A key must be a secret of ${String(keyLength)} bytes. Make it with newDataKey().`);
  }
}

function expand(dataKey: KeyObject, salt: Buffer, purpose: string, context: Buffer, length: number): Buffer {
  const info = Buffer.concat([Buffer.from(`definitivedx/file/v1/${purpose}`), context]);
  return Buffer.from(hkdfSync('sha256', dataKey, salt, info, length));
}

function derive(dataKey: KeyObject, salt: Buffer, context: FileContext): FileKeys {
  assertKeyLength(dataKey);
  const ids = contextBytes(context);
  const commitment = expand(dataKey, salt, 'commitment', ids, commitmentLength);
  const header = writeHeader({ salt, commitment });
  const material = expand(dataKey, salt, 'segments', ids, keyLength + noncePrefixLength);
  return {
    header,
    noncePrefix: Buffer.from(material.subarray(keyLength)),
    key: secretKey(material.subarray(0, keyLength)),
    associatedData: Buffer.concat([header, ids]),
  };
}

/** The keys of a new file. The salt is random except in known-answer tests. */
export const keysForNewFile = (dataKey: KeyObject, context: FileContext, salt: Buffer): FileKeys =>
  derive(dataKey, salt, context);

/** The keys of a stored file. @throws RefusedFile unless its header commits to exactly this key and context. */
export function keysOfFile(dataKey: KeyObject, context: FileContext, header: Buffer): FileKeys {
  const { salt, commitment } = readHeader(header);
  const keys = derive(dataKey, salt, context);
  const expected = readHeader(keys.header).commitment;
  if (!timingSafeEqual(expected, commitment)) throw new RefusedFile('key');
  return keys;
}
