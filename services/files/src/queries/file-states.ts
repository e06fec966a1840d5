import type { Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, fileStates as contract } from '@definitivedx/contracts';
import { statesOf } from '../data/files.js';
import type { FilesContext } from '../files-context.js';

/** Which of these files a case has, by whom and in what state; those of other cases are left out. */
export async function fileStates(
  { service: { db } }: FilesContext,
  _caller: Caller,
  { caseId, fileIds }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return { files: await statesOf(db, caseId, fileIds) };
}
