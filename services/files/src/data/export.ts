import type { ExportLine } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';

const manifest = statement<{ line: ExportLine }>(
  'files.export',
  `select jsonb_build_object('type', 'file', 'fileId', f.id, 'caseId', f.case_id, 'name', f.name,
     'mediaType', f.media_type, 'bytes', f.bytes, 'state', f.state, 'uploadedBy', f.uploaded_by,
     'attestation', jsonb_build_object('version', f.attestation_version, 'hash', f.attestation_hash,
       'at', f.attested_at),
     'uploadedAt', f.uploaded_at, 'destroyedAt', f.destroyed_at) as line
     from file f
    where f.case_id = any ($1::uuid[]) and f.lease_until is null and ($2::uuid is null or f.id > $2::uuid)
    order by f.id limit $3`,
);

/** What is kept of the files of some cases, by id. */
export const manifestOf = async (
  db: Queryable,
  caseIds: readonly string[],
  after: string | undefined,
  limit: number,
): Promise<ExportLine[]> => (await db.run(manifest, [caseIds, after ?? null, limit])).map(({ line }) => line);
