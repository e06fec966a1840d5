import { createReadStream } from 'node:fs';
import { access, constants, mkdir, open, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, unavailable } from '@definitivedx/errors';
import { assertKey, MissingObject, type Store } from './store.js';

const bufferBytes = 256 * 1024;

/** Objects as files of one folder tree, for one machine or a shared volume. */
export class DirectoryStore implements Store {
  constructor(private readonly root: string) {}

  async put(key: string, source: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    const path = this.pathOf(key);
    const unfinished = `${path}.part`;
    let bytes = 0;
    try {
      await this.makeFolder(dirname(path));
      const file = await open(unfinished, 'wx', 0o600);
      // `flush` forces the bytes to the disk before the file is closed.
      const sink = file.createWriteStream({ highWaterMark: bufferBytes, flush: true });
      await pipeline(source, sink);
      bytes = sink.bytesWritten;
      await rename(unfinished, path);
      await syncFolder(dirname(path));
      return { bytes };
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw translated(error);
    }
  }

  async get(key: string, offset: number, length: number): Promise<Readable> {
    const stream = createReadStream(this.pathOf(key), {
      start: offset,
      end: offset + length - 1,
      highWaterMark: bufferBytes,
    });
    try {
      await once(stream, 'open');
      return stream;
    } catch (error) {
      throw translated(error);
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    try {
      await Promise.all([path, `${path}.part`].map((file) => rm(file, { force: true })));
    } catch (error) {
      throw translated(error);
    }
  }

  async ping(): Promise<void> {
    try {
      await mkdir(this.root, { recursive: true, mode: 0o700 });
      await access(this.root, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw translated(error);
    }
  }

  close(): void {
    // Nothing stays open between calls.
  }

  /** Spread over 65,536 folders, by the random end of the key: UUIDv7 begin alike. */
  private pathOf(key: string): string {
    assertKey(key);
    return join(this.root, key.slice(-2), key.slice(-4, -2), key);
  }

  /** A new folder's own name has to reach the disk too, or a crash loses all in it. */
  private async makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = folder; ; made = dirname(made)) {
      await syncFolder(dirname(made));
      if (made === first) break;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The disk's own failures; a person at another desk mends them. */
const ofTheDisk = /^(ENOSPC|EDQUOT|EROFS|EIO|EACCES|EPERM|ENOTDIR|EMFILE|ENFILE|ESTALE|ENOTCONN)$/;

function translated(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new MissingObject('no such object', { cause: error });
  return code !== undefined && ofTheDisk.test(code) ? unavailable('The file storage', error) : error;
}
