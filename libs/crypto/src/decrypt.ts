import type { KeyObject } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { toAppError } from '@definitivedx/errors';
import { assertKeyLength, keysOfFile } from './file-keys.js';
import { contextBytes, headerLength, type FileContext } from './format.js';
import { Opener } from './opener.js';
import { RefusedFile } from './refused.js';

class Decryption extends Transform {
  readonly #dataKey: KeyObject;
  readonly #context: FileContext;
  readonly #header = Buffer.alloc(headerLength);
  #headerFilled = 0;
  #opener: Opener | undefined;

  constructor(dataKey: KeyObject, context: FileContext) {
    super();
    assertKeyLength(dataKey);
    contextBytes(context);
    this.#dataKey = dataKey;
    this.#context = context;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#headerFilled += chunk.copy(this.#header, this.#headerFilled);
      done();
    } catch (error) {
      done(toAppError(error));
    }
  }
}
export { Decryption };
