import type { MemberCaller } from '@definitivedx/auth';
import { checkAccess, whoMaySee } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import type { FilesContext } from '../files-context.js';

/** Stands for the case of a file that does not exist: asked about like any other, and never open to anyone. */
const noCase = '00000000-0000-0000-0000-000000000000';

type Purpose = 'files' | 'file-upload' | 'file-download';

/** Whether the caller may see the case now; access writes the answer to its audit. */
async function isOpen(
  { service: { bus } }: FilesContext,
  caller: MemberCaller,
  caseId: string,
  purpose: Purpose,
  subjectId?: string,
): Promise<boolean> {
  const { allowed } = await bus.request(checkAccess, caller, {
    caseIds: [caseId],
    purpose,
    ...(subjectId === undefined ? {} : { subjectId }),
  });
  return allowed.length > 0;
}

/** @throws AppError `not-found`, the same for a case that is not there and one that is not shared. */
export async function assertMayAdd(
  files: FilesContext,
  caller: MemberCaller,
  { caseId, fileId }: { readonly caseId: string; readonly fileId: string },
): Promise<void> {
  if (!(await isOpen(files, caller, caseId, 'file-upload', fileId))) throw notFound();
}

/** @throws AppError `not-found`, as `assertMayAdd`. */
export async function assertMayList(
  files: FilesContext,
  caller: MemberCaller,
  caseId: string,
): Promise<void> {
  if (!(await isOpen(files, caller, caseId, 'files'))) throw notFound();
}

/**
 * @param caseId undefined for a file that does not exist: access is asked all the same, so that it takes as long to say no.
 * @throws AppError `not-found`, the same in both cases.
 */
export async function assertMayRead(
  files: FilesContext,
  caller: MemberCaller,
  caseId: string | undefined,
  fileId: string,
): Promise<void> {
  if (!(await isOpen(files, caller, caseId ?? noCase, 'file-download', fileId))) throw notFound('file');
}

/** For something long that was allowed before; not a new read, so not audited again. @throws AppError `not-found`. */
export async function assertStillMay(
  files: FilesContext,
  caller: MemberCaller,
  caseId: string,
): Promise<void> {
  const { bus } = files.service;
  const input = { caseId, memberIds: [caller.memberId] };
  const { memberIds } = await bus.request(whoMaySee, await bus.self(), input);
  if (!memberIds.includes(caller.memberId)) throw notFound();
}
