import type { caseMentioned, caseShared, casePosted, DataOf, postChanged } from '@definitivedx/contracts';

type Shared = DataOf<typeof caseShared>;
type Posted = DataOf<typeof casePosted>;
type Mentioned = DataOf<typeof caseMentioned>;

/**
 * Whom to tell that a case was opened to them: the responsible specialist when it is new, each person invited by
 * name, and of each panel whoever is on call. A panel asked in while nobody is on call falls to the responsible
 * specialist, so that every panel's share reaches someone. Never the requester, who did it.
 * @param onCall the member on call of each panel shared with, null in a gap
 */
export function toldOfShare(event: Shared, onCall: ReadonlyMap<string, string | null>): string[] {
  const told = new Set<string>();
  if (event.created) told.add(event.responsibleId);
  for (const grant of event.grants) {
    if (grant.kind === 'member') told.add(grant.principalId);
    if (grant.kind === 'panel') told.add(onCall.get(grant.principalId) ?? event.responsibleId);
  }
  told.delete(event.requesterId);
  return [...told];
}

/** Whom to tell of a post: the requester and the responsible specialist, except who wrote it. */
export function toldOfPost(event: Pick<Posted, 'requesterId' | 'responsibleId' | 'authorId'>): string[] {
  const told = new Set([event.requesterId]);
  if (event.responsibleId !== null) told.add(event.responsibleId);
  told.delete(event.authorId);
  return [...told];
}

/** Whom to tell that a post was edited or withdrawn: those who were told of it. */
export const toldOfChange = (event: DataOf<typeof postChanged>): string[] => toldOfPost(event);

/** Whom to tell that they were mentioned, and which of them by mail: the others are mailed about the post itself. */
export function toldOfMention(event: Mentioned): {
  readonly told: readonly string[];
  readonly mailed: readonly string[];
} {
  const told = event.memberIds.filter((memberId) => memberId !== event.authorId);
  const alreadyMailed = toldOfPost(event);
  return { told, mailed: told.filter((memberId) => !alreadyMailed.includes(memberId)) };
}
