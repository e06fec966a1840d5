import type { Caller } from '@definitivedx/auth';
import {
  confirmExport,
  type InputOf,
  type ReplyOf,
  type exportFiles as contract,
} from '@definitivedx/contracts';
import { manifestOf } from '../data/export.js';
import type { FilesContext } from '../files-context.js';

const pageSize = 500;

/** A page of what is kept of the files of those of the cases that the export may hold. */
export async function exportFiles(
  { service: { bus, db } }: FilesContext,
  _caller: Caller,
  { exportId, caseIds, after }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const own = await bus.request(confirmExport, await bus.self(), { exportId, caseIds });
  const lines = await manifestOf(db, own.caseIds, after, pageSize);
  return { lines, next: lines.length < pageSize ? null : String(lines.at(-1)?.['fileId']) };
}
