import { doomObject } from '../data/objects.js';
import { forgetKey } from '../data/files.js';
import type { FilesContext } from '../files-context.js';

/**
 * Destroys a file by forgetting its key: from the commit on, its bytes are noise wherever a copy of them may be. The
 * object itself is removed by the sweep. For erasure and retention, which are no request of a member.
 * @returns false when there is no such file.
 */
export function destroyFile({ service: { db, clock } }: FilesContext, fileId: string): Promise<boolean> {
  const now = clock.now();
  return db.transaction(async (tx) => {
    const objectKey = await forgetKey(tx, fileId, now);
    if (objectKey === undefined) return false;
    await doomObject(tx, objectKey, now);
    return true;
  });
}
