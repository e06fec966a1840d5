import type { ReplyOf, checkAccess } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { notFound } from '@definitivedx/errors';
import { hasGrant } from '../data/audience.js';
import { lockedCase, type CaseState } from '../data/cases.js';
import { postState, type PostState } from '../data/posts.js';

type Access = ReplyOf<typeof checkAccess>['allowed'][number];

/**
 * A case that access has opened to the caller, held still until the transaction ends.
 * @throws AppError `not-found`: a revoke may have been answered since, and after its reply nothing of theirs gets in.
 */
export async function heldCase(tx: Transaction, { caseId, grantId, via }: Access): Promise<CaseState> {
  const found = await lockedCase(tx, caseId);
  // A governance opening is no grant that anybody revokes: it is known to access alone.
  const granted = via === 'governance' ? null : grantId;
  if (!found || (granted !== null && !(await hasGrant(tx, caseId, granted)))) throw notFound();
  return found;
}

/** The same, with one of its posts. @throws AppError `not-found` also for a post of another case. */
export async function heldPost(
  tx: Transaction,
  access: Access,
  postId: string,
): Promise<{ found: CaseState; post: PostState }> {
  const found = await heldCase(tx, access);
  const post = await postState(tx, access.caseId, postId);
  if (!post) throw notFound('post');
  return { found, post };
}
