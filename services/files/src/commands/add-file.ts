import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomUUID, type KeyObject } from 'node:crypto';
import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit } from '@definitivedx/bus';
import { fileAdded } from '@definitivedx/contracts';
import { ciphertextSize, encryptStream, newDataKey, unwrapKey, wrapKey } from '@definitivedx/crypto';
import { AppError, conflict, invalidInput } from '@definitivedx/errors';
import { findFile, summaryOf, type FileSummary, type StoredFile } from '../data/files.js';
import { completeUpload, type NewFile } from '../data/uploads.js';
import { checkAttestation } from '../domain/attestation.js';
import { displayName } from '../domain/display-name.js';
import { extensionOf, type MediaType } from '../domain/media-type.js';
import type { FilesContext } from '../files-context.js';
import { assertMayAdd, assertStillMay } from '../queries/access.js';
import { decisive, detectType } from '../streams/detect.js';
import { Intake, tooLarge } from '../streams/intake.js';
import { split, type Split } from '../streams/split.js';
import { abandon, claim, keepLease, lostLease } from './upload-lease.js';

export interface AddFile {
  /** Also the command's id: a repeat with the same content has the same reply. */
  readonly fileId: string;
  readonly caseId: string;
  /** As the sender calls it. */
  readonly name: string | undefined;
  readonly attestationVersion: string | undefined;
  readonly attestationHash: string | undefined;
  /** When it was announced. */
  readonly bytes: number | undefined;
}

/**
 * Stores a file with a case while it streams in: checked, encrypted and kept piece by piece, announced once it is durable.
 * Whatever fails leaves nothing that anyone could see.
 * @throws AppError `not-found` for a case the caller may not see, `payload-too-large`, `unsupported-media-type`,
 * `conflict` when the id was used for something else, `command-in-flight` while the same upload is under way.
 */
export async function addFile(
  files: FilesContext,
  caller: Caller,
  input: AddFile,
  body: Readable,
): Promise<FileSummary> {
  let leave: (() => void) | undefined;
  try {
    const member = asMember(caller);
    const attestation = checkAttestation(input.attestationVersion, input.attestationHash);
    const { maxFileBytes } = files.options;
    if (input.bytes !== undefined && input.bytes > maxFileBytes) throw tooLarge(maxFileBytes);
    leave = files.uploads.take();
    await assertMayAdd(files, member, input);
    const content = await split(body, decisive);
    if (content.beginning.length === 0) throw invalidInput('The file is empty. Please choose it again.');
    const mediaType = await detectType(content.beginning);

    const dataKey = newDataKey();
    const file: Omit<NewFile, 'now' | 'leaseUntil'> = {
      fileId: input.fileId,
      caseId: input.caseId,
      uploadedBy: member.memberId,
      organisationId: member.organisationId,
      name: displayName(input.name, extensionOf[mediaType]),
      mediaType,
      objectKey: randomUUID(),
      wrappedKey: await wrapKey(dataKey, input, files.keys),
      attestation,
    };
    if (await claim(files, file)) return await store(files, member, { file, dataKey, content });
    return await compare(files, file, content);
  } finally {
    leave?.();
    // Also when nothing of it was read: a sender who is not listened to would wait, and keep its connection.
    body.destroy();
  }
}

interface Upload {
  readonly file: Omit<NewFile, 'now' | 'leaseUntil'>;
  readonly dataKey: KeyObject;
  readonly content: Split;
}

async function store(files: FilesContext, member: MemberCaller, upload: Upload): Promise<FileSummary> {
  const { file, dataKey, content } = upload;
  const { clock, db } = files.service;
  const lease = keepLease(files, file);
  try {
    const intake = new Intake(files.options.maxFileBytes, file.mediaType, dataKey);
    let kept = 0;
    await pipeline(
      content.whole,
      intake,
      encryptStream(dataKey, file),
      async (sealed: AsyncIterable<Uint8Array>) => {
        kept = (await files.store.put(file.objectKey, sealed)).bytes;
      },
      { signal: lease.signal },
    );
    if (kept !== ciphertextSize(intake.bytes)) throw new Error('the store kept another number of bytes');
    // The share may have ended while the bytes were on their way.
    await assertStillMay(files, member, file.caseId);

    const stored = { bytes: intake.bytes, fingerprint: intake.fingerprint(), at: clock.now() };
    const { fileId, caseId } = file;
    await db.transaction(async (tx) => {
      if (!(await completeUpload(tx, file, stored))) throw lostLease();
      const at = stored.at.toISOString();
      emit(tx, fileAdded, caseId, { fileId, caseId, memberId: member.memberId, at });
    });
    return summaryOf({ ...file, ...stored, state: 'AVAILABLE', uploadedAt: stored.at });
  } catch (error) {
    await abandon(files, file);
    throw lease.signal.aborted ? lostLease() : error;
  } finally {
    lease.end();
  }
}

/** A repeat: the same content is the same file, and nothing is stored again. */
async function compare(
  files: FilesContext,
  file: { readonly fileId: string; readonly mediaType: MediaType },
  content: Split,
): Promise<FileSummary> {
  const known = await findFile(files.service.db, file.fileId);
  if (known?.mediaType !== file.mediaType) throw otherFile();
  const dataKey = await unwrapKey(known.wrappedKey, known, files.keys);
  if (await sameContent(known, new Intake(known.bytes, known.mediaType, dataKey), content))
    return summaryOf(known);
  throw otherFile();
}

async function sameContent(known: StoredFile, intake: Intake, content: Split): Promise<boolean> {
  try {
    await pipeline(content.whole, intake, async (passed: AsyncIterable<unknown>) => {
      for await (const _piece of passed);
    });
  } catch (error) {
    // Longer than the file it is compared with, or no text where that is one.
    if (error instanceof AppError && ['payload-too-large', 'unsupported-media-type'].includes(error.code))
      return false;
    throw error;
  }
  return intake.bytes === known.bytes && intake.fingerprint().equals(known.fingerprint);
}

const otherFile = (): AppError =>
  conflict('This id was already used for another file. Please upload it again under a new Idempotency-Key.');
