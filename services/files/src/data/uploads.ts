import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { WrappedKey } from '@definitivedx/crypto';
import type { Attestation } from '../domain/attestation.js';
import type { MediaType } from '../domain/media-type.js';

/** A file whose bytes are about to come. */
export interface NewFile {
  readonly fileId: string;
  readonly caseId: string;
  readonly uploadedBy: string;
  readonly organisationId: string;
  readonly name: string;
  readonly mediaType: MediaType;
  readonly objectKey: string;
  readonly wrappedKey: WrappedKey;
  readonly attestation: Attestation;
  readonly now: Date;
  readonly leaseUntil: Date;
}

const valuesOf = (file: NewFile): unknown[] => [
  file.fileId,
  file.caseId,
  file.uploadedBy,
  file.organisationId,
  file.name,
  file.mediaType,
  file.objectKey,
  file.wrappedKey.keyId,
  file.wrappedKey.bytes,
  file.attestation.version,
  file.attestation.hash,
  file.now,
  file.leaseUntil,
];

const insertFile = statement<{ id: string }>(
  'files.insert',
  `insert into file (id, case_id, uploaded_by, organisation_id, state, name, media_type, object_key, kek_id, wrapped_key,
                     attestation_version, attestation_hash, attested_at, lease_until)
   values ($1, $2, $3, $4, 'PENDING', $5, $6, $7, $8, $9, $10, $11, $12, $13)
   on conflict (id) do nothing returning id`,
);

/** @returns false when the id is taken. */
export async function insertUpload(tx: Transaction, file: NewFile): Promise<boolean> {
  return (await tx.run(insertFile, valuesOf(file))).length === 1;
}

const takeOver = statement<never>(
  'files.take-over',
  `update file set case_id = $2, uploaded_by = $3, organisation_id = $4, name = $5, media_type = $6, object_key = $7, kek_id = $8,
                   wrapped_key = $9, attestation_version = $10, attestation_hash = $11, attested_at = $12, lease_until = $13
   where id = $1`,
);

/** Begins anew where an attempt was abandoned; its row is locked and its object doomed by now. */
export async function takeOverUpload(tx: Transaction, file: NewFile): Promise<void> {
  await tx.run(takeOver, valuesOf(file));
}

const renew = statement<{ id: string }>(
  'files.renew-lease',
  'update file set lease_until = $3 where id = $1 and object_key = $2 and lease_until is not null returning id',
);

/** @returns false when the attempt was given to someone else. */
export async function renewUpload(
  db: Queryable,
  { fileId, objectKey }: Pick<NewFile, 'fileId' | 'objectKey'>,
  leaseUntil: Date,
): Promise<boolean> {
  return (await db.run(renew, [fileId, objectKey, leaseUntil])).length === 1;
}

const complete = statement<{ id: string }>(
  'files.complete',
  `update file set state = 'AVAILABLE', lease_until = null, bytes = $3, fingerprint = $4, uploaded_at = $5
   where id = $1 and object_key = $2 and lease_until is not null returning id`,
);

/** @returns false when the attempt was given to someone else. */
export async function completeUpload(
  tx: Transaction,
  { fileId, objectKey }: Pick<NewFile, 'fileId' | 'objectKey'>,
  stored: { readonly bytes: number; readonly fingerprint: Buffer; readonly at: Date },
): Promise<boolean> {
  return (
    (await tx.run(complete, [fileId, objectKey, stored.bytes, stored.fingerprint, stored.at])).length === 1
  );
}

const drop = statement<never>(
  'files.drop-upload',
  `with gone as (delete from file where id = $1 and object_key = $2 and lease_until is not null)
   insert into doomed_object (object_key, due_at) values ($2, $3) on conflict do nothing`,
);

/** Forgets an attempt and marks its object to go, in one statement. */
export async function dropUpload(
  db: Queryable,
  { fileId, objectKey }: Pick<NewFile, 'fileId' | 'objectKey'>,
  now: Date,
): Promise<void> {
  await db.run(drop, [fileId, objectKey, now]);
}

const dropAbandoned = statement<{ id: string }>(
  'files.drop-abandoned',
  `with abandoned as (
     select id, object_key from file where lease_until <= $1 order by lease_until limit $3 for update skip locked
   ), gone as (
     delete from file using abandoned where file.id = abandoned.id
   )
   insert into doomed_object (object_key, due_at) select object_key, $2 from abandoned
   on conflict (object_key) do update set due_at = excluded.due_at returning object_key as id`,
);

/** Forgets uploads that nobody carries any more. Their objects go at `due`, when no slow writer can come back. @returns how many. */
export async function dropAbandonedUploads(
  db: Queryable,
  now: Date,
  due: Date,
  limit: number,
): Promise<number> {
  return (await db.run(dropAbandoned, [now, due, limit])).length;
}
