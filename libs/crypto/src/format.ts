import { AppError, invalidInput } from '@definitivedx/errors';
import { RefusedFile } from './refused.js';

/** The numbers of FORMAT.md. Lengths are in bytes. */
export const segmentLength = 1_048_576;
export const tagLength = 16;
export const sealedSegmentLength = segmentLength + tagLength;
export const saltLength = 32;
export const commitmentLength = 32;
export const keyLength = 32;
export const noncePrefixLength = 7;
export const maxSegments = 2 ** 20;

const magic = Buffer.from('DDXF\u0001', 'latin1');
export const headerLength = magic.length + saltLength + commitmentLength;

/** Longest plaintext of one file, in bytes (1 TiB). */
export const maxPlaintextSize = maxSegments * segmentLength;

/** What a file belongs to. It is not stored in the file: whoever opens it must know it. Both are UUIDs. */
export interface FileContext {
  readonly fileId: string;
  readonly caseId: string;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function uuidBytes(value: string, what: string): Buffer {
  if (!uuid.test(value)) throw invalidInput(`Give the ${what} id as a UUID.`);
  return Buffer.from(value.replaceAll('-', ''), 'hex');
}

/** File id, then case id: 32 bytes, so no two contexts are written alike. */
export const contextBytes = ({ fileId, caseId }: FileContext): Buffer =>
  Buffer.concat([uuidBytes(fileId, 'file'), uuidBytes(caseId, 'case')]);

export interface Header {
  readonly salt: Buffer;
  readonly commitment: Buffer;
}

export const writeHeader = ({ salt, commitment }: Header): Buffer => Buffer.concat([magic, salt, commitment]);

/** @throws RefusedFile when the bytes are not a header of this version. */
export function readHeader(bytes: Buffer): Header {
  if (bytes.length !== headerLength) throw new RefusedFile('length');
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new RefusedFile('header');
  const commitmentAt = magic.length + saltLength;
  return { salt: bytes.subarray(magic.length, commitmentAt), commitment: bytes.subarray(commitmentAt) };
}

/**
 * The nonce of a segment.
 * @throws AppError `payload-too-large` past the last index the format allows: a counter never wraps.
 */
export function nonceOf(prefix: Buffer, index: number, last: boolean): Buffer {
  if (index >= maxSegments) throw tooLarge();
  const nonce = Buffer.alloc(noncePrefixLength + 5);
  prefix.copy(nonce);
  nonce.writeUInt32BE(index, noncePrefixLength);
  nonce.writeUInt8(last ? 1 : 0, noncePrefixLength + 4);
  return nonce;
}

const tooLarge = () =>
  new AppError('payload-too-large', 'The file is too large. Please attach a smaller one.');

/** How many segments a plaintext of this many bytes has: at least one. */
export const segmentCount = (plaintextBytes: number): number =>
  Math.max(1, Math.ceil(plaintextBytes / segmentLength));

/**
 * Bytes of the encrypted file for a plaintext of this many bytes.
 * @throws AppError `invalid-input` for what is not a size, `payload-too-large` past `maxPlaintextSize`.
 */
export function ciphertextSize(plaintextBytes: number): number {
  if (!Number.isSafeInteger(plaintextBytes) || plaintextBytes < 0) {
    throw invalidInput('Give the size of the file in whole bytes.');
  }
  if (plaintextBytes > maxPlaintextSize) throw tooLarge();
  return headerLength + plaintextBytes + segmentCount(plaintextBytes) * tagLength;
}

/**
 * Bytes of plaintext in an encrypted file of this many bytes, if it is whole.
 * @throws RefusedFile when no file of this format has that length.
 */
export function plaintextSize(ciphertextBytes: number): number {
  const sealed = ciphertextBytes - headerLength;
  const size = sealed - Math.ceil(sealed / sealedSegmentLength) * tagLength;
  const possible = Number.isSafeInteger(size) && size >= 0 && size <= maxPlaintextSize;
  if (!possible || ciphertextSize(size) !== ciphertextBytes) throw new RefusedFile('length');
  return size;
}
