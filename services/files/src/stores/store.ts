import type { Readable } from 'node:stream';

/** Where encrypted files lie. A key is a UUID and written once. Failures of the storage itself are `unavailable`. */
export interface Store {
  /**
   * Keeps what comes under a key. When it resolves, the object survives a crash; when it throws, no object is visible.
   * @returns how many bytes were kept.
   */
  put(key: string, source: AsyncIterable<Uint8Array>): Promise<{ bytes: number }>;
  /**
   * Reads `length` bytes from `offset`; up to the end when the object is shorter.
   * @throws MissingObject when there is none.
   */
  get(key: string, offset: number, length: number): Promise<Readable>;
  /** Removes an object and whatever an interrupted `put` left; harmless when there is nothing. */
  remove(key: string): Promise<void>;
  /** Resolves when the storage can be used. */
  ping(): Promise<void>;
  close(): void;
}

/** The catalogue names an object that the storage does not have. */
export class MissingObject extends Error {
  override readonly name = 'MissingObject';
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Keys become paths: nothing but a UUID of ours may be one. */
export function assertKey(key: string): void {
  if (!uuid.test(key)) throw new Error('a key of the file storage must be a UUID');
}
