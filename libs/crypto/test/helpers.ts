import { Readable, type Transform } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import {
  decryptRange,
  RefusedFile,
  type PlaintextRange,
  type FileContext,
  type RangeSource,
} from '../src/index.js';
import type { KeyObject } from 'node:crypto';

export const context: FileContext = {
  fileId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ab',
  caseId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ac',
};

const pattern = Buffer.from(Uint8Array.from({ length: 251 }, (_, index) => index));

/** Byte i is i mod 251, as in the vectors: no two segments are alike. */
export const plaintextOf = (length: number): Buffer => Buffer.alloc(length, pattern);

/** Cuts bytes into chunks at the given places. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const inside = places.filter((place) => place < bytes.length).sort((a, b) => a - b);
  return [0, ...inside].map((from, index) => bytes.subarray(from, inside[index] ?? bytes.length));
}

export const chunksOf = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

export interface Outcome {
  /** All that the stream released, even what its reader no longer took because an error came first. */
  readonly released: Buffer;
  readonly error: unknown;
}

function watch(stream: Transform): () => Buffer {
  const pieces: Buffer[] = [];
  // Whatever is already waiting in it was pushed by the constructor.
  if (stream.readableLength > 0) pieces.push(stream.read() as Buffer);
  const push = stream.push.bind(stream);
  stream.push = (piece: Buffer | null) => {
    if (piece) pieces.push(Buffer.from(piece));
    return push(piece);
  };
  return () => Buffer.concat(pieces);
}

/** Writes the chunks to the stream and reads it to its end or its error. */
export async function pass(stream: Transform, chunks: readonly Buffer[]): Promise<Outcome> {
  const released = watch(stream);
  try {
    await pipeline(
      Readable.from(chunks, { objectMode: true }),
      stream,
      async (output: AsyncIterable<Buffer>) => {
        for await (const _piece of output);
      },
    );
    return { released: released(), error: undefined };
  } catch (error) {
    return { released: released(), error };
  }
}

/** The same, for what must succeed. */
export async function through(stream: Transform, chunks: readonly Buffer[]): Promise<Buffer> {
  const { released, error } = await pass(stream, chunks);
  if (error !== undefined) throw error as Error;
  return released;
}

export const sourceOf =
  (stored: Buffer, chunk = 65_536): RangeSource =>
  (offset, length) =>
    Readable.from(chunksOf(stored.subarray(offset, offset + length), chunk));

/** Reads a range to its end or its error. */
export async function readRange(
  key: KeyObject,
  owner: FileContext,
  source: RangeSource,
  range: PlaintextRange,
): Promise<Outcome> {
  const pieces: Buffer[] = [];
  try {
    const part = await decryptRange(key, owner, source, range);
    part.on('data', (piece: Buffer) => pieces.push(piece));
    await finished(part);
    return { released: Buffer.concat(pieces), error: undefined };
  } catch (error) {
    return { released: Buffer.concat(pieces), error };
  }
}

export const reasonOf = (error: unknown): unknown => (error instanceof RefusedFile ? error.reason : error);
