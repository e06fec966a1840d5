import type { Readable } from 'node:stream';

/** A stream whose beginning is known. `whole` still holds all of it, and can be read once. */
export interface Split {
  readonly beginning: Buffer;
  readonly whole: AsyncIterable<Buffer>;
}

/** Reads the first `length` bytes of a stream, fewer if it is shorter. @throws whatever the stream fails with. */
export async function split(stream: Readable, length: number): Promise<Split> {
  const pieces = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let read = 0;
  let ended = false;
  while (read < length && !ended) {
    const next = await pieces.next();
    if (next.done) ended = true;
    else {
      first.push(next.value);
      read += next.value.length;
    }
  }
  const begun = Buffer.concat(first);
  async function* whole(): AsyncGenerator<Buffer> {
    if (begun.length > 0) yield begun;
    if (!ended) yield* { [Symbol.asyncIterator]: () => pieces };
  }
  return { beginning: begun.subarray(0, length), whole: whole() };
}
