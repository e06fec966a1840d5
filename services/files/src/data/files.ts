import type { z } from 'zod';
import type { fileState, fileSummary } from '@definitivedx/contracts';
import type { WrappedKey } from '@definitivedx/crypto';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { MediaType } from '../domain/media-type.js';

export type FileSummary = z.output<typeof fileSummary>;

/** A file as the catalogue has it, its bytes complete. */
export interface StoredFile {
  readonly fileId: string;
  readonly caseId: string;
  readonly uploadedBy: string;
  readonly state: z.output<typeof fileState>;
  readonly name: string;
  readonly mediaType: MediaType;
  readonly objectKey: string;
  readonly bytes: number;
  readonly fingerprint: Buffer;
  readonly uploadedAt: Date;
  readonly wrappedKey: WrappedKey;
}

interface Row extends Omit<StoredFile, 'bytes' | 'wrappedKey'> {
  readonly bytes: string;
  readonly kekId: string;
  readonly wrapped: Buffer;
}

const columns = `id as "fileId", case_id as "caseId", uploaded_by as "uploadedBy", state, name, media_type as "mediaType",
  object_key as "objectKey", bytes, fingerprint, uploaded_at as "uploadedAt", kek_id as "kekId", wrapped_key as wrapped`;

const storedFile = ({ bytes, kekId, wrapped, ...row }: Row): StoredFile => ({
  ...row,
  bytes: Number(bytes),
  wrappedKey: { keyId: kekId, bytes: wrapped },
});

/** What the contract shows of a file. */
export const summaryOf = (file: StoredFile): FileSummary => ({
  fileId: file.fileId,
  caseId: file.caseId,
  name: file.name,
  mediaType: file.mediaType,
  bytes: file.bytes,
  state: file.state,
  uploadedBy: file.uploadedBy,
  uploadedAt: file.uploadedAt.toISOString(),
});

const selectFile = statement<Row>(
  'files.select',
  `select ${columns} from file where id = $1 and lease_until is null and destroyed_at is null`,
);

/** Undefined also while its bytes are on the way, and after its destruction. */
export async function findFile(db: Queryable, fileId: string): Promise<StoredFile | undefined> {
  const [row] = await db.run(selectFile, [fileId]);
  return row && storedFile(row);
}

const selectOfCase = statement<Row>(
  'files.select-of-case',
  `select ${columns} from file where case_id = $1 and lease_until is null and destroyed_at is null
   order by uploaded_at, id limit 500`,
);

/** The files of a case, oldest first. */
export async function filesOfCase(db: Queryable, caseId: string): Promise<StoredFile[]> {
  return (await db.run(selectOfCase, [caseId])).map(storedFile);
}

const selectStates = statement<Pick<StoredFile, 'fileId' | 'uploadedBy' | 'state'>>(
  'files.states',
  `select id as "fileId", uploaded_by as "uploadedBy", state from file
   where case_id = $1 and id = any ($2::uuid[]) and lease_until is null and destroyed_at is null`,
);

/** Those of the files that are complete, not destroyed, and of this case. */
export const statesOf = (
  db: Queryable,
  caseId: string,
  fileIds: readonly string[],
): Promise<Pick<StoredFile, 'fileId' | 'uploadedBy' | 'state'>[]> => db.run(selectStates, [caseId, fileIds]);

/** Whose id is taken, and what has become of it. */
export interface TakenId {
  readonly caseId: string;
  readonly uploadedBy: string;
  readonly objectKey: string;
  readonly leaseUntil: Date | null;
  readonly destroyed: boolean;
}

const lockTaken = statement<TakenId>(
  'files.lock',
  `select case_id as "caseId", uploaded_by as "uploadedBy", object_key as "objectKey", lease_until as "leaseUntil",
          destroyed_at is not null as destroyed
   from file where id = $1 for update`,
);

/** Locks the row of an id. */
export async function lockFile(tx: Transaction, fileId: string): Promise<TakenId | undefined> {
  const [row] = await tx.run(lockTaken, [fileId]);
  return row;
}

const shred = statement<{ objectKey: string }>(
  'files.destroy',
  `update file set kek_id = null, wrapped_key = null, name = '', destroyed_at = $2
   where id = $1 and lease_until is null and destroyed_at is null returning object_key as "objectKey"`,
);

/** Forgets a file's key and name. @returns the key of its object; undefined when there is no such file. */
export async function forgetKey(tx: Transaction, fileId: string, at: Date): Promise<string | undefined> {
  const [row] = await tx.run(shred, [fileId, at]);
  return row?.objectKey;
}
