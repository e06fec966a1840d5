import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, postEdits as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { postState, textsBefore } from '../data/posts.js';
import { confirmAccess } from './confirm-access.js';

/** The former texts of a post; none of a withdrawn one. @throws AppError `not-found` for a post of another case. */
export async function postEdits(
  service: ServiceContext,
  caller: Caller,
  { postId, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { caseId } = await confirmAccess(service, asMember(caller), input.caseId, 'read');
  if (!(await postState(service.db, caseId, postId))) throw notFound('post');
  const former = await textsBefore(service.db, caseId, postId);
  return {
    edits: former.map(({ body, writtenAt, replacedAt }) => ({
      body,
      writtenAt: writtenAt.toISOString(),
      replacedAt: replacedAt.toISOString(),
    })),
  };
}
