import type { MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { fileStates, type InputOf, type ReplyOf, type addPost } from '@definitivedx/contracts';
import { invalidInput, type Issue } from '@definitivedx/errors';
import { thoseWhoMaySee } from '../queries/who-answers.js';

type Parts = Pick<InputOf<typeof addPost>, 'attachments' | 'mentions'>;
type FileFound = ReplyOf<typeof fileStates>['files'][number];

/**
 * Refuses files that are not the author's own of this case, and people who may not see it.
 * @throws AppError `invalid-input`, naming each of them
 */
export async function checkParts(
  service: ServiceContext,
  { memberId }: MemberCaller,
  caseId: string,
  { attachments, mentions }: Parts,
): Promise<void> {
  const [files, maySee] = await Promise.all([
    filesOf(service, caseId, attachments),
    thoseWhoMaySee(service, caseId, mentions),
  ]);
  const issues = [
    ...issuesOf('attachments', attachments, (fileId) => wrongWith(files.get(fileId), memberId)),
    ...issuesOf('mentions', mentions, (mentioned) =>
      maySee.has(mentioned) ? undefined : 'This person may not see the case. Share it with them first.',
    ),
  ];
  if (issues.length > 0) throw invalidInput('This post cannot be added as it is.', issues);
}

/** Issues of the entries of a list, by their places. */
export const issuesOf = (
  path: keyof Parts,
  entries: readonly string[],
  wrong: (entry: string) => string | undefined,
): Issue[] =>
  entries.flatMap((entry, place) => {
    const message = entries.indexOf(entry) < place ? 'This is named twice.' : wrong(entry);
    return message === undefined ? [] : [{ path: `${path}.${String(place)}`, message }];
  });

async function filesOf(
  { bus }: ServiceContext,
  caseId: string,
  fileIds: readonly string[],
): Promise<ReadonlyMap<string, FileFound>> {
  if (fileIds.length === 0) return new Map();
  const { files } = await bus.request(fileStates, await bus.self(), { caseId, fileIds: [...fileIds] });
  return new Map(files.map((file) => [file.fileId, file]));
}

function wrongWith(file: FileFound | undefined, memberId: string): string | undefined {
  // The same for another's file as for none.
  if (file?.uploadedBy !== memberId)
    return 'You have uploaded no such file to this case. Upload it here first.';
  if (file.state === 'PENDING' || file.state === 'AVAILABLE') return undefined;
  return 'This file was refused when it was checked. Please leave it out.';
}
