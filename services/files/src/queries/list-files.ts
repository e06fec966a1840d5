import { asMember, type Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, listFiles as contract } from '@definitivedx/contracts';
import { filesOfCase, summaryOf } from '../data/files.js';
import type { FilesContext } from '../files-context.js';
import { assertMayList } from './access.js';

/** The files of a case. @throws AppError `not-found` for a case the caller may not see. */
export async function listFiles(
  files: FilesContext,
  caller: Caller,
  { caseId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  await assertMayList(files, asMember(caller), caseId);
  return { files: (await filesOfCase(files.service.db, caseId)).map(summaryOf) };
}
