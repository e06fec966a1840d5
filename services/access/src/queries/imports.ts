import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  MemberImport,
  ReplyOf,
  getMemberImport as getContract,
  listMemberImports as listContract,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { administeredBy } from '../commands/administer.js';
import { findImport, latestImports, type ImportRow } from '../data/imports.js';

const summaryOf = (row: Omit<ImportRow, 'errors'>): Omit<MemberImport, 'errors'> => ({
  importId: row.importId,
  state: row.state,
  lines: row.lines,
  written: row.written,
  added: row.added,
  changed: row.changed,
  unchanged: row.unchanged,
  errorCount: row.errorCount,
  reason: row.reason,
  startedAt: row.startedAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
});

/** An import as the contracts say it. */
export const toImport = (row: ImportRow): MemberImport => ({ ...summaryOf(row), errors: row.errors });

/** How far an import of the caller's organisation is. */
export async function getMemberImport(
  service: ServiceContext,
  caller: Caller,
  { importId }: InputOf<typeof getContract>,
): Promise<ReplyOf<typeof getContract>> {
  const row = await findImport(service.db, await administeredBy(service.db, caller), importId);
  if (!row) throw notFound('import');
  return toImport(row);
}

/** The latest imports of the caller's organisation. */
export async function listMemberImports(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof listContract>> {
  const rows = await latestImports(service.db, await administeredBy(service.db, caller));
  return { imports: rows.map(summaryOf) };
}
