import type { ServiceContext } from '@definitivedx/bus';
import { fileStates, type Adviser, type Post, type ReplyOf } from '@definitivedx/contracts';
import { toAppError } from '@definitivedx/errors';
import type { DiscussionRead, PostRead } from '../data/post-reads.js';

type FileState = ReplyOf<typeof fileStates>['files'][number]['state'];

const instant = (text: string): string => new Date(text).toISOString();
const instantOrNull = (text: string | null): string | null => (text === null ? null : instant(text));

/** An adviser as it is shown: without a supervisor when there is none. */
export const adviserShown = (adviser: PostRead['adviser']): Adviser | null =>
  adviser && {
    grade: adviser.grade,
    professionalNumber: adviser.professionalNumber,
    ...(adviser.supervisor ? { supervisor: adviser.supervisor } : {}),
  };

/** The posts of a case as readers see them, with what has become of their files. */
export async function postsShown(
  service: ServiceContext,
  caseId: string,
  { posts, attachments, mentions, acknowledgements }: DiscussionRead,
): Promise<Post[]> {
  const withdrawn = new Set(posts.filter((post) => post.withdrawnAt !== null).map(({ postId }) => postId));
  const shown = attachments.filter(({ postId }) => !withdrawn.has(postId));
  const states = await statesOf(
    service,
    caseId,
    shown.map(({ fileId }) => fileId),
  );
  const replaced = new Map(posts.map(({ postId, supersededBy }) => [supersededBy, postId]));
  return posts.map((post) => ({
    ...placeOf(post),
    supersedes: replaced.get(post.postId) ?? null,
    ...(post.withdrawnAt === null ? contentOf(post) : nothing),
    attachments: shown
      .filter(({ postId }) => postId === post.postId)
      .map(({ fileId }) => ({ fileId, state: states.get(fileId) ?? null })),
    mentions: withdrawn.has(post.postId)
      ? []
      : mentions.filter(({ postId }) => postId === post.postId).map(({ memberId }) => memberId),
    acknowledgements: acknowledgements
      .filter(({ postId }) => postId === post.postId)
      .map(({ memberId, understood, at }) => ({ memberId, understood, at: instant(at) })),
  }));
}

const placeOf = (post: PostRead) => ({
  postId: post.postId,
  number: post.number,
  kind: post.kind,
  authorId: post.authorId,
  postedAt: instant(post.postedAt),
  supersededBy: post.supersededBy,
  openedAt: instantOrNull(post.openedAt),
  editedAt: instantOrNull(post.editedAt),
  withdrawn:
    post.withdrawnAt === null ? null : { at: instant(post.withdrawnAt), reason: post.withdrawnReason ?? '' },
});

const contentOf = (post: PostRead) => ({
  body: post.body,
  recommendation: post.recommendation,
  adviser: adviserShown(post.adviser),
  safetyNet: post.safetyNet,
  links: post.links ?? [],
});

/** Of a withdrawn post nobody reads more than that it was there. */
const nothing = { body: '', recommendation: null, adviser: null, safetyNet: null, links: [] };

/** What the files service says of files; nothing while it is away, since the words of a case do not wait for it. */
async function statesOf(
  { bus }: ServiceContext,
  caseId: string,
  fileIds: readonly string[],
): Promise<ReadonlyMap<string, FileState>> {
  const states = new Map<string, FileState>();
  try {
    for (let start = 0; start < fileIds.length; start += 500) {
      const page = fileIds.slice(start, start + 500);
      const { files } = await bus.request(fileStates, await bus.self(), { caseId, fileIds: page });
      for (const { fileId, state } of files) states.set(fileId, state);
    }
  } catch (error) {
    if (toAppError(error).code !== 'unavailable') throw error;
  }
  return states;
}
