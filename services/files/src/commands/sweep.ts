import { createLog } from '@definitivedx/telemetry';
import { claimDoomedObjects, settleDoomedObject } from '../data/objects.js';
import { dropAbandonedUploads } from '../data/uploads.js';
import type { FilesContext } from '../files-context.js';
import { graceMs } from './upload-lease.js';

const log = createLog('files');

const atOnce = 50;
/** An object that the store would not remove is tried again after this, in milliseconds. */
const retryMs = 60_000;

/** Forgets uploads that were abandoned, by a crash for instance, and removes objects that nothing names. Any replica may. */
export async function sweep({ service: { db, clock }, store }: FilesContext): Promise<void> {
  const now = clock.now();
  const at = (ms: number): Date => new Date(now.getTime() + ms);
  while ((await dropAbandonedUploads(db, now, at(graceMs), atOnce)) === atOnce);
  for (;;) {
    const doomed = await claimDoomedObjects(db, now, at(retryMs), atOnce);
    for (const objectKey of doomed) {
      try {
        await store.remove(objectKey);
        await settleDoomedObject(db, objectKey);
      } catch (error) {
        log.warn('object-not-removed', { objectKey, error });
      }
    }
    if (doomed.length < atOnce) return;
  }
}
