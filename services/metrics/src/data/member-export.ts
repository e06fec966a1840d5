import { exportedCommands, exportSection, type ExportSection } from '@definitivedx/bus';

/** Everything this service keeps about a member: that they imported a baseline. Its figures name nobody. */
export const memberSections: readonly ExportSection[] = [
  exportSection(
    'metrics',
    'baselinesImported',
    `select id::text as key, id as baseline_id, organisation_id, name, imported_at from baseline where imported_by = $1`,
  ),
  exportedCommands('metrics'),
];
