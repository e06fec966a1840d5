import { conflict, forbidden } from '@definitivedx/errors';
import type { Author } from './posting.js';

/** How long a slip may be put right in place; later, and where others may have acted on the text, one posts again. */
export const editingMinutes = 15;

interface Posted {
  readonly authorId: string;
  readonly postedAt: Date;
  readonly withdrawnAt: Date | null;
}

/**
 * Refuses to give a post another text.
 * @throws AppError `forbidden` to anyone but its author on the asking side; `conflict` when it is too late.
 */
export function checkEditing(
  post: Posted,
  by: { readonly memberId: string; readonly author: Author; readonly at: Date },
): void {
  if (post.authorId !== by.memberId) throw forbidden('A post is edited by who wrote it.');
  if (by.author !== 'requester') {
    throw forbidden(
      'Posts of the asking side alone are edited. Please post what is right, or withdraw this one.',
    );
  }
  if (post.withdrawnAt !== null) throw conflict('This post has been withdrawn. Please post again.');
  if (by.at.getTime() - post.postedAt.getTime() > editingMinutes * 60_000) {
    throw conflict(
      `A post can be edited for ${String(editingMinutes)} minutes. Please post again, or withdraw this one.`,
    );
  }
}

/** Refuses to take a post back. @throws AppError `forbidden` to anyone but its author; `conflict` when it is done. */
export function checkWithdrawal(post: Posted, memberId: string): void {
  if (post.authorId !== memberId) {
    throw forbidden('A post is withdrawn by who wrote it. Advice of a colleague can be superseded.');
  }
  if (post.withdrawnAt !== null) throw conflict('This post has been withdrawn already.');
}
