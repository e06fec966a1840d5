import { asMember, type Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, getDraft as reading, listDrafts as listing } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { draftTold } from '../commands/drafts.js';
import { draftsOf, findDraft } from '../data/drafts.js';
import { openDraft } from '../data/sealed-drafts.js';
import type { DraftsContext } from '../drafts-context.js';

/** The caller's drafts, without what is in them. */
export async function listDrafts(
  { service }: DraftsContext,
  caller: Caller,
): Promise<ReplyOf<typeof listing>> {
  const { memberId } = asMember(caller);
  return { drafts: (await draftsOf(service.db, memberId, service.clock.now())).map(draftTold) };
}

/** One of the caller's drafts. @throws AppError `not-found` for another's, the same as for one that is not there */
export async function getDraft(
  { service, keys }: DraftsContext,
  caller: Caller,
  { draftId }: InputOf<typeof reading>,
): Promise<ReplyOf<typeof reading>> {
  const { memberId } = asMember(caller);
  const owner = { draftId, memberId };
  const found = await findDraft(service.db, owner, service.clock.now());
  if (!found) throw notFound('draft');
  return { ...draftTold(found), content: await openDraft(keys, owner, found) };
}
