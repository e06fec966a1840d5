import { AppError, conflict, unavailable } from '@definitivedx/errors';
import { createLog } from '@definitivedx/telemetry';
import { lockFile } from '../data/files.js';
import { doomObject, settleDoomedObject } from '../data/objects.js';
import { dropUpload, insertUpload, renewUpload, takeOverUpload, type NewFile } from '../data/uploads.js';
import type { FilesContext } from '../files-context.js';

const log = createLog('files');

/** How long an upload counts as under way without a sign of life from whoever carries it. */
export const leaseMs = 30_000;
/** Until then a writer that lost its lease without noticing may still finish its object. */
export const graceMs = 2 * leaseMs;
const renewEveryMs = 10_000;

type Attempt = Omit<NewFile, 'now' | 'leaseUntil'>;

/**
 * Enters a file into the catalogue as under way, in place of an abandoned attempt if need be.
 * @returns false when the file is there already.
 * @throws AppError `conflict` when the id is someone else's, `command-in-flight` while another attempt is alive.
 */
export function claim({ service: { db, clock } }: FilesContext, attempt: Attempt): Promise<boolean> {
  const now = clock.now();
  const file: NewFile = { ...attempt, now, leaseUntil: new Date(now.getTime() + leaseMs) };
  return db.transaction(async (tx) => {
    if (await insertUpload(tx, file)) return true;
    const taken = await lockFile(tx, file.fileId);
    // It was abandoned and swept between the two statements.
    if (!taken) throw inFlight(1);
    if (taken.uploadedBy !== file.uploadedBy || taken.caseId !== file.caseId || taken.destroyed)
      throw usedId();
    if (taken.leaseUntil === null) return false;
    const waitMs = taken.leaseUntil.getTime() - now.getTime();
    if (waitMs > 0) throw inFlight(Math.ceil(waitMs / 1000));
    await doomObject(tx, taken.objectKey, new Date(now.getTime() + graceMs));
    await takeOverUpload(tx, file);
    return true;
  });
}

/** Keeps an attempt's lease until `end`; `signal` aborts when that fails, and the attempt has to stop. */
export function keepLease(
  { service: { db, clock } }: FilesContext,
  attempt: Attempt,
): { readonly signal: AbortSignal; end(): void } {
  const lost = new AbortController();
  let until = clock.now().getTime() + leaseMs;
  const renew = async (): Promise<void> => {
    const next = clock.now().getTime() + leaseMs;
    try {
      if (await renewUpload(db, attempt, new Date(next))) until = next;
      else lost.abort();
    } catch {
      // The database may come back before the lease has run out.
      if (clock.now().getTime() >= until) lost.abort();
    }
  };
  const timer = setInterval(() => void renew(), renewEveryMs);
  return {
    signal: lost.signal,
    end: () => {
      clearInterval(timer);
    },
  };
}

/** Leaves nothing of an attempt. What cannot be removed now is removed by the sweep. */
export async function abandon(
  { service: { db, clock }, store }: FilesContext,
  attempt: Attempt,
): Promise<void> {
  try {
    await dropUpload(db, attempt, clock.now());
    await store.remove(attempt.objectKey);
    await settleDoomedObject(db, attempt.objectKey);
  } catch (error) {
    log.warn('upload-left-to-sweep', { fileId: attempt.fileId, error });
  }
}

export const lostLease = (): AppError =>
  unavailable('The file storage', new Error('the lease of the upload ran out'));

const inFlight = (seconds: number): AppError =>
  new AppError('command-in-flight', 'The same upload is still under way. Please ask again shortly.', {
    retryAfterSeconds: seconds,
  });

const usedId = (): AppError =>
  conflict('This id was already used for another file. Please upload it again under a new Idempotency-Key.');
