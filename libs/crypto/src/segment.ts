import {
  createCipheriv,
  createDecipheriv,
  type CipherGCM,
  type CipherGCMOptions,
  type DecipherGCM,
} from 'node:crypto';
import type { FileKeys } from './file-keys.js';
import { nonceOf, tagLength } from './format.js';

const algorithm = 'aes-256-gcm';
const options: CipherGCMOptions = { authTagLength: tagLength };

const gatherLength = 65_536;
/** From here on a piece goes to the cipher as it is: a call costs less than a copy. */
const directLength = 16_384;

/** Room in which a stream gathers small pieces, so that a sender of single bytes does not make a million buffers. */
export const gatheringRoom = (): Buffer => Buffer.allocUnsafeSlow(gatherLength);

/**
 * The work on one segment, in either direction. Input is taken at once and never kept, so its owner may reuse it;
 * what comes out is held back until the segment is sealed or verified.
 */
abstract class Segment<C extends CipherGCM | DecipherGCM> {
  readonly index: number;
  protected readonly cipher: C;
  protected held: Buffer[] = [];
  readonly #keys: FileKeys;
  readonly #nonce: Buffer;
  readonly #room: Buffer;
  #gathered = 0;
  #length = 0;

  constructor(
    make: (key: FileKeys, nonce: Buffer) => C,
    keys: FileKeys,
    index: number,
    last: boolean,
    room: Buffer,
  ) {
    this.#keys = keys;
    this.index = index;
    this.#nonce = nonceOf(keys.noncePrefix, index, last);
    this.#room = room;
    this.cipher = make(keys, this.#nonce);
    this.cipher.setAAD(keys.associatedData);
  }

  /** Bytes taken so far. */
  get length(): number {
    return this.#length;
  }

  write(piece: Buffer): void {
    this.#length += piece.length;
    if (piece.length >= directLength) {
      this.settle();
      this.held.push(this.cipher.update(piece));
      return;
    }
    if (this.#gathered + piece.length > this.#room.length) this.settle();
    this.#gathered += piece.copy(this.#room, this.#gathered);
  }

  /** Passes what was gathered to the cipher. */
  protected settle(): void {
    if (this.#gathered === 0) return;
    this.held.push(this.cipher.update(this.#room.subarray(0, this.#gathered)));
    this.#gathered = 0;
  }

  /**
   * Gives the input back, and drops the output. In GCM's counter mode output = input XOR keystream, and the same keystream
   * turns it back. Saves keeping a copy of every segment only because one of them turns out to be the last.
   */
  takeBack(): Buffer[] {
    this.settle();
    const keystream = createCipheriv(algorithm, this.#keys.key, this.#nonce, options);
    const input = this.held.map((piece) => keystream.update(piece));
    this.discard();
    return input;
  }

  /** Wipes what was held back. */
  discard(): void {
    for (const piece of this.held) piece.fill(0);
    this.held = [];
  }
}

export class SealingSegment extends Segment<CipherGCM> {
  constructor(keys: FileKeys, index: number, last: boolean, room: Buffer) {
    super(({ key }, nonce) => createCipheriv(algorithm, key, nonce, options), keys, index, last, room);
  }

  /** The sealed segment: ciphertext, then tag. */
  seal(): Buffer[] {
    this.settle();
    this.cipher.final();
    return [...this.held, this.cipher.getAuthTag()];
  }
}

export class OpeningSegment extends Segment<DecipherGCM> {
  constructor(keys: FileKeys, index: number, last: boolean, room: Buffer) {
    super(({ key }, nonce) => createDecipheriv(algorithm, key, nonce, options), keys, index, last, room);
  }

  /** The plaintext if the tag is right, else nothing: Node's decipher emits before it has verified. */
  open(tag: Buffer): Buffer[] | undefined {
    this.settle();
    this.cipher.setAuthTag(tag);
    try {
      this.cipher.final();
    } catch {
      return undefined;
    }
    return this.held;
  }
}
