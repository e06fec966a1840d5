import type { FileKeys } from './file-keys.js';
import { segmentLength, tagLength } from './format.js';
import { RefusedFile } from './refused.js';
import { gatheringRoom, OpeningSegment } from './segment.js';

/** Which segments come, when that is known beforehand. */
export interface Stretch {
  /** Index of the first segment that comes. */
  readonly first: number;
  /** One past the index of the last segment that comes. */
  readonly end: number;
  /** Plaintext bytes of the file's last segment, if the stretch reaches it. */
  readonly lastLength: number | undefined;
}

/**
 * Takes sealed segments in pieces of any size and releases the plaintext of each once it is verified.
 * Without a stretch it starts at segment 0 and learns from the end of the input which segment was the last.
 */
export class Opener {
  readonly #keys: FileKeys;
  readonly #stretch: Stretch | undefined;
  readonly #release: (plaintext: Buffer) => void;
  readonly #room = gatheringRoom();
  readonly #tag = Buffer.alloc(tagLength);
  #tagFilled = 0;
  #segment: OpeningSegment | undefined;
  #index: number;
  /** The verified last segment of a file of unknown length, kept until the input has really ended. */
  #last: Buffer[] | undefined;

  constructor(keys: FileKeys, stretch: Stretch | undefined, release: (plaintext: Buffer) => void) {
    this.#keys = keys;
    this.#stretch = stretch;
    this.#release = release;
    this.#index = stretch?.first ?? 0;
  }

  /** @throws RefusedFile at the first segment that does not verify; nothing of that segment is released. */
  write(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0;) {
      const { segment, length } = this.#current();
      const body = rest.subarray(0, length - segment.length);
      if (body.length > 0) segment.write(body);
      const tag = rest.subarray(body.length, body.length + tagLength - this.#tagFilled);
      this.#tagFilled += tag.copy(this.#tag, this.#tagFilled);
      rest = rest.subarray(body.length + tag.length);
      if (this.#tagFilled === tagLength) this.#complete(segment);
    }
  }

  /** The input has ended. @throws RefusedFile when that is not where the file, or the stretch, ends. */
  end(): void {
    if (this.#stretch) {
      if (this.#segment || this.#index !== this.#stretch.end) throw new RefusedFile('length');
      return;
    }
    const last = this.#last ?? this.#openAsLast();
    // What is released belongs to the reader: `discard` must not wipe it.
    this.#last = undefined;
    for (const piece of last) this.#release(piece);
  }

  /** Wipes what was not released. */
  discard(): void {
    this.#segment?.discard();
    for (const piece of this.#last ?? []) piece.fill(0);
    this.#room.fill(0);
  }

  #current(): { segment: OpeningSegment; length: number } {
    if (this.#last || this.#index === this.#stretch?.end) throw new RefusedFile('length');
    const isLast = this.#stretch?.lastLength !== undefined && this.#index === this.#stretch.end - 1;
    this.#segment ??= new OpeningSegment(this.#keys, this.#index, isLast, this.#room);
    return { segment: this.#segment, length: isLast ? (this.#stretch.lastLength ?? 0) : segmentLength };
  }

  #complete(segment: OpeningSegment): void {
    const plaintext = segment.open(this.#tag);
    if (!plaintext) {
      if (this.#stretch) throw new RefusedFile('segment');
      // A full segment may be the last one too.
      this.#last = this.#openAsLast();
      return;
    }
    this.#segment = undefined;
    this.#tagFilled = 0;
    this.#index += 1;
    for (const piece of plaintext) this.#release(piece);
  }

  /** Opens what has come of the segment under way as the file's last: its tag is then the last 16 bytes. */
  #openAsLast(): Buffer[] {
    const pieces = this.#segment?.takeBack() ?? [];
    this.#segment = undefined;
    const sealed = Buffer.concat([...pieces, this.#tag.subarray(0, this.#tagFilled)]);
    const length = sealed.length - tagLength;
    // Only an empty file has an empty last segment: every plaintext has one form.
    if (length < 0 || (length === 0 && this.#index > 0)) throw new RefusedFile('length');
    const segment = new OpeningSegment(this.#keys, this.#index, true, this.#room);
    segment.write(sealed.subarray(0, length));
    const plaintext = segment.open(sealed.subarray(length));
    if (!plaintext) {
      segment.discard();
      throw new RefusedFile('segment');
    }
    return plaintext;
  }
}
