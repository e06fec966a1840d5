import type { Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, rotateFileKeys as contract } from '@definitivedx/contracts';
import { rewrapKey, type WrappedKey } from '@definitivedx/crypto';
import { createLog } from '@definitivedx/telemetry';
import { filesPerKey, keepWrappedKey, lockFilesUnderOtherKeys } from '../data/keys.js';
import type { FilesContext } from '../files-context.js';

const log = createLog('files');

/**
 * Wraps up to `batch` files' keys anew under the current key; the files themselves are not touched and stay readable
 * throughout, as long as the keyring holds both keys.
 * @returns how many are left under each key.
 */
export async function rotateKeys(
  files: FilesContext,
  _caller: Caller,
  { batch }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { db } = files.service;
  const current = await files.keys.current();
  const rewrapped = await db.transaction(async (tx) => {
    let done = 0;
    for (const file of await lockFilesUnderOtherKeys(tx, current.id, batch)) {
      const wrapped = await rewrap(files, file);
      if (!wrapped) continue;
      await keepWrappedKey(tx, file.fileId, wrapped);
      done += 1;
    }
    return done;
  });
  const counts = new Map((await filesPerKey(db)).map(({ keyId, files: count }) => [keyId, count]));
  const keyIds = [current.id, ...[...counts.keys()].filter((keyId) => keyId !== current.id)];
  return {
    rewrapped,
    keys: keyIds.map((keyId) => ({ keyId, current: keyId === current.id, files: counts.get(keyId) ?? 0 })),
  };
}

/** A file whose key is refused must not hold up all others; it keeps its old key from being counted as unused. */
async function rewrap(
  files: FilesContext,
  file: { readonly fileId: string; readonly caseId: string; readonly wrappedKey: WrappedKey },
): Promise<WrappedKey | undefined> {
  try {
    return await rewrapKey(file.wrappedKey, file, files.keys);
  } catch (error) {
    log.error('key-not-rewrapped', { fileId: file.fileId, error });
    return undefined;
  }
}
