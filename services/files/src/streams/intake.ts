import { createHmac, hkdfSync, type KeyObject } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { AppError, toAppError } from '@definitivedx/errors';
import type { MediaType } from '../domain/media-type.js';
import { TextCheck } from './text-check.js';

/** The same sentence whether a size is announced or found out. */
export const tooLarge = (maxBytes: number): AppError =>
  new AppError(
    'payload-too-large',
    `The file is too large. Please attach at most ${String(Math.floor(maxBytes / 1_048_576))} MB.`,
  );

/**
 * Lets a file pass while counting it, checking its size and text, and taking its fingerprint. The fingerprint is keyed
 * with the file's own key: it tells a repeat from a different file, and nothing to who has only the database.
 */
export class Intake extends Transform {
  bytes = 0;
  readonly #hmac: ReturnType<typeof createHmac>;
  readonly #text: TextCheck | undefined;

  constructor(
    private readonly maxBytes: number,
    type: MediaType,
    dataKey: KeyObject,
  ) {
    super();
    this.#text = type === 'text/plain' ? new TextCheck() : undefined;
    const key = hkdfSync('sha256', dataKey, '', 'definitivedx/files/v1/fingerprint', 32);
    this.#hmac = createHmac('sha256', Buffer.from(key));
  }

  /** Once, after the end. */
  fingerprint(): Buffer {
    return this.#hmac.digest();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.bytes += chunk.length;
      if (this.bytes > this.maxBytes) throw tooLarge(this.maxBytes);
      this.#text?.next(chunk);
      this.#hmac.update(chunk);
      done(null, chunk);
    } catch (error) {
      done(toAppError(error));
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      this.#text?.end();
      done();
    } catch (error) {
      done(toAppError(error));
    }
  }
}
