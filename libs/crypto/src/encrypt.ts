import { randomBytes, type KeyObject } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { toAppError } from '@definitivedx/errors';
import { keysForNewFile, type FileKeys } from './file-keys.js';
import { saltLength, segmentLength, type FileContext } from './format.js';
import { gatheringRoom, SealingSegment } from './segment.js';

/** Turns plaintext into an encrypted file. Exported for known-answer tests, which give the salt. */
export class Encryption extends Transform {
  readonly #keys: FileKeys;
  readonly #room = gatheringRoom();
  #segment: SealingSegment;

  constructor(dataKey: KeyObject, context: FileContext, salt: Buffer) {
    super();
    this.#keys = keysForNewFile(dataKey, context, salt);
    this.#segment = this.#start(0, false);
    this.push(this.#keys.header);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      for (let from = 0; from < chunk.length;) {
        if (this.#segment.length === segmentLength) this.#next();
        const piece = chunk.subarray(from, from + segmentLength - this.#segment.length);
        this.#segment.write(piece);
        from += piece.length;
      }
      done();
    } catch (error) {
      done(toAppError(error));
    }
  }

  /** Every segment was begun as "more follows"; the one under way now turns out to be the last and is done again as that. */
  override _flush(done: TransformCallback): void {
    try {
      const last = this.#start(this.#segment.index, true);
      const plaintext = this.#segment.takeBack();
      for (const piece of plaintext) last.write(piece);
      for (const piece of last.seal()) this.push(piece);
      for (const piece of plaintext) piece.fill(0);
      done();
    } catch (error) {
      done(toAppError(error));
    }
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#room.fill(0);
    done(error);
  }

  #next(): void {
    for (const piece of this.#segment.seal()) this.push(piece);
    this.#segment = this.#start(this.#segment.index + 1, false);
  }

  #start(index: number, last: boolean): SealingSegment {
    return new SealingSegment(this.#keys, index, last, this.#room);
  }
}

/**
 * Encrypts what is written to it, in the format of FORMAT.md, holding at most one segment (1 MiB) and what its reader has
 * not yet taken. Each call draws a new salt, so encrypting again under the same key is safe.
 * @param dataKey a key made by `newDataKey` for this file.
 * @throws AppError `payload-too-large` (as the stream's error) past `maxPlaintextSize`.
 */
export const encryptStream = (dataKey: KeyObject, context: FileContext): Transform =>
  new Encryption(dataKey, context, randomBytes(saltLength));
