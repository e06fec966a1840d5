import { exportedCommands, exportSection, type ExportSection } from '@definitivedx/bus';

/** Everything this service keeps about a member. The files themselves are downloaded from their cases. */
export const memberSections: readonly ExportSection[] = [
  exportSection(
    'files',
    'uploads',
    `select id::text as key, id as file_id, case_id, organisation_id, name, media_type, bytes, state, attestation_version,
            attestation_hash, attested_at, uploaded_at, destroyed_at
       from file where uploaded_by = $1`,
  ),
  exportedCommands('files'),
];
