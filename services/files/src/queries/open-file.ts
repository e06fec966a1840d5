import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { decryptRange, unwrapKey } from '@definitivedx/crypto';
import { AppError } from '@definitivedx/errors';
import { createLog } from '@definitivedx/telemetry';
import { findFile, summaryOf, type FileSummary, type StoredFile } from '../data/files.js';
import { rangeAsked, type ByteRange } from '../domain/byte-range.js';
import type { FilesContext } from '../files-context.js';
import { MissingObject } from '../stores/store.js';
import { assertMayRead, assertStillMay } from './access.js';

const log = createLog('files');

/** A share that ends stops its downloads within this and one request to access, in milliseconds. */
const checkEveryMs = 1_000;

/** A file, or the part of it that was asked for, ready to be sent. */
export interface OpenFile {
  readonly file: FileSummary;
  readonly range: ByteRange;
  readonly partial: boolean;
  /** Bytes of the range, each verified before it appears here. Destroy it when nobody reads on. */
  readonly bytes: Readable;
}

/** The part that was asked for lies outside the file. */
export class OutsideFile extends AppError {
  constructor(readonly size: number) {
    super('range-not-satisfiable', `This file has ${String(size)} bytes. Please ask for a part within them.`);
  }
}

/**
 * Opens a file for someone who may see its case. The first bytes are verified when this resolves; should later ones turn out
 * to be damaged, or the share end, the stream fails.
 * @param range the Range header; ignored unless it is one well-formed range.
 * @throws AppError `not-found`, OutsideFile, `internal` when what is stored is damaged, `unavailable`.
 */
export async function openFile(
  files: FilesContext,
  caller: Caller,
  { fileId, range }: { readonly fileId: string; readonly range: string | undefined },
): Promise<OpenFile> {
  const member = asMember(caller);
  const leave = files.downloads.take();
  try {
    const readable = await findReadable(files, member, fileId);
    const asked = rangeAsked(range, readable.bytes);
    if (asked === 'unsatisfiable') throw new OutsideFile(readable.bytes);
    const part = asked === 'whole' ? { start: 0, end: readable.bytes } : asked;
    const bytes = await decrypted(files, readable, part);
    bytes.once('close', leave);
    watch(files, member, readable.caseId, bytes);
    return { file: summaryOf(readable), range: part, partial: asked !== 'whole', bytes };
  } catch (error) {
    leave();
    throw error;
  }
}

/** What a file is, without its bytes. @throws AppError `not-found`. */
export async function describeFile(
  files: FilesContext,
  caller: Caller,
  fileId: string,
): Promise<FileSummary> {
  return summaryOf(await findReadable(files, asMember(caller), fileId));
}

async function findReadable(files: FilesContext, member: MemberCaller, fileId: string): Promise<StoredFile> {
  const file = await findFile(files.service.db, fileId);
  const readable = file?.state === 'AVAILABLE' ? file : undefined;
  await assertMayRead(files, member, readable?.caseId, fileId);
  // Access never opens a case that does not exist.
  if (!readable) throw new Error('access opened no case');
  return readable;
}

async function decrypted(files: FilesContext, file: StoredFile, part: ByteRange): Promise<Readable> {
  const dataKey = await unwrapKey(file.wrappedKey, file, files.keys);
  const source = (offset: number, length: number): Promise<Readable> =>
    files.store.get(file.objectKey, offset, length);
  try {
    const bytes = await decryptRange(dataKey, file, source, { plaintextSize: file.bytes, ...part });
    bytes.once('error', (error) => {
      log.error('download-failed', { fileId: file.fileId, error });
    });
    // Verified before the reply begins, so that damage is told as a problem and not as a broken reply.
    await once(bytes, 'readable');
    return bytes;
  } catch (error) {
    throw error instanceof MissingObject ? lostObject(error) : error;
  }
}

/** Fails the stream when its reader may no longer see the case, and when that cannot be told. */
function watch(files: FilesContext, member: MemberCaller, caseId: string, bytes: Readable): void {
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    void assertStillMay(files, member, caseId)
      .catch((error: unknown) => bytes.destroy(error as Error))
      .finally(() => {
        asking = false;
      });
  }, checkEveryMs);
  bytes.once('close', () => {
    clearInterval(timer);
  });
}

const lostObject = (cause: unknown): AppError =>
  new AppError(
    'internal',
    'This file is missing from the storage and cannot be opened. Please attach it again, and report this so that it is looked into.',
    { cause },
  );
