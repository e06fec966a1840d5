import type { KeyObject } from 'node:crypto';
import { pipeline, Transform, type TransformCallback } from 'node:stream';
import { invalidInput, toAppError } from '@definitivedx/errors';
import { assertKeyLength, keysOfFile } from './file-keys.js';
import {
  ciphertextSize,
  contextBytes,
  headerLength,
  sealedSegmentLength,
  segmentCount,
  segmentLength,
  type FileContext,
} from './format.js';
import { Opener } from './opener.js';
import { RefusedFile } from './refused.js';

/** What both ways of reading share: an `Opener` as a stream. */
abstract class Decryption extends Transform {
  protected opener: Opener | undefined;

  protected abstract accept(chunk: Buffer): void;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.accept(chunk);
      done();
    } catch (error) {
      done(toAppError(error));
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      if (!this.opener) throw new RefusedFile('length');
      this.opener.end();
      done();
    } catch (error) {
      done(toAppError(error));
    }
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.opener?.discard();
    done(error);
  }
}

class WholeFile extends Decryption {
  readonly #dataKey: KeyObject;
  readonly #context: FileContext;
  readonly #header = Buffer.alloc(headerLength);
  #headerFilled = 0;

  constructor(dataKey: KeyObject, context: FileContext) {
    super();
    assertKeyLength(dataKey);
    contextBytes(context);
    this.#dataKey = dataKey;
    this.#context = context;
  }

  protected override accept(chunk: Buffer): void {
    const copied = chunk.copy(this.#header, this.#headerFilled);
    this.#headerFilled += copied;
    if (this.#headerFilled < headerLength) return;
    this.opener ??= new Opener(keysOfFile(this.#dataKey, this.#context, this.#header), undefined, (piece) =>
      this.push(piece),
    );
    this.opener.write(chunk.subarray(copied));
  }
}

/**
 * Decrypts the encrypted file that is written to it. A segment's bytes are released only once the whole segment is verified;
 * whoever reads them must still treat the file as incomplete until the stream has ended without an error.
 * @throws RefusedFile as the stream's error.
 */
export const decryptStream = (dataKey: KeyObject, context: FileContext): Transform =>
  new WholeFile(dataKey, context);

/** Reads `length` bytes of the stored file from `offset`. The caller of `decryptRange` provides it, for a disk or an S3 server. */
export type RangeSource = (
  offset: number,
  length: number,
) => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;

/** Which part of a file's plaintext to read, in bytes; `end` is exclusive. */
export interface PlaintextRange {
  /** Size of the whole plaintext as the catalogue has it. */
  readonly plaintextSize: number;
  readonly start: number;
  readonly end: number;
}

class Part extends Decryption {
  #skip: number;
  #left: number;

  constructor(range: PlaintextRange) {
    super();
    this.#skip = range.start % segmentLength;
    this.#left = range.end - range.start;
  }

  openWith(opener: Opener): void {
    this.opener = opener;
  }

  protected override accept(chunk: Buffer): void {
    this.opener?.write(chunk);
  }

  /** Cuts what was verified to what was asked for. */
  readonly release = (piece: Buffer): void => {
    const wanted = piece.subarray(this.#skip, this.#skip + this.#left);
    this.#skip = Math.max(0, this.#skip - piece.length);
    this.#left -= wanted.length;
    if (wanted.length > 0) this.push(wanted);
  };
}

/**
 * Reads a part of an encrypted file, for HTTP ranges and for whole downloads of known size. Reads the header and the segments
 * that the part touches, in two calls of `source`, and releases nothing of a segment before it is verified. FORMAT.md says what
 * a part proves about the rest of the file.
 * @throws RefusedFile if the header is refused (before anything is sent), later as the stream's error.
 */
export async function decryptRange(
  dataKey: KeyObject,
  context: FileContext,
  source: RangeSource,
  range: PlaintextRange,
): Promise<Transform> {
  assertRange(range);
  const keys = keysOfFile(dataKey, context, await readExactly(source, headerLength));

  const count = segmentCount(range.plaintextSize);
  const first = Math.floor(range.start / segmentLength);
  const end = segmentCount(range.end);
  const lastLength = end === count ? range.plaintextSize - (count - 1) * segmentLength : undefined;

  const from = headerLength + first * sealedSegmentLength;
  const to = end === count ? ciphertextSize(range.plaintextSize) : headerLength + end * sealedSegmentLength;
  const sealed = await source(from, to - from);

  const part = new Part(range);
  part.openWith(new Opener(keys, { first, end, lastLength }, part.release));
  // The reader gets any failure as an error of `part`; `pipeline` also closes the source when the reader leaves.
  pipeline(sealed, part, () => undefined);
  return part;
}

function assertRange({ plaintextSize, start, end }: PlaintextRange): void {
  ciphertextSize(plaintextSize);
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  const inside = start >= 0 && (start < end || plaintextSize === 0) && end <= plaintextSize;
  if (!whole || !inside) throw invalidInput('Ask for a part that lies within the file.');
}

/** The file's first `length` bytes. */
async function readExactly(source: RangeSource, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let read = 0;
  for await (const piece of await source(0, length)) {
    pieces.push(piece);
    read += piece.length;
    // A source that ignores `length` must not fill the memory.
    if (read >= length) break;
  }
  return Buffer.concat(pieces).subarray(0, length);
}
