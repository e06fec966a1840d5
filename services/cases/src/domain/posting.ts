import type { CaseStatus, PostKind, Recommendation, Relation, Role } from '@definitivedx/contracts';
import { forbidden, invalidInput } from '@definitivedx/errors';
import { move } from './status.js';

/** A colleague sees the case through a grant but does not act as a specialist: they add to it and move nothing. */
export type Author = 'requester' | 'specialist' | 'colleague';

const kindsOf: Readonly<Record<Author, readonly PostKind[]>> = {
  requester: ['question', 'information', 'note'],
  specialist: ['question', 'advice', 'information', 'note'],
  colleague: ['information', 'note'],
};

/** Whether a relation stands on the asking side: the requester, and who covers for them. */
export const asks = (via: Relation): boolean => via === 'requester' || via === 'cover';

/** Whether a relation says who else sees the case: the asking side, and whom it gave control. */
export const controls = (via: Relation): boolean => asks(via) || via === 'delegate';

/** As whom a member writes in a case. Who asks stays the requester's side, whatever roles they hold. */
export function authorOf(via: Relation, roles: readonly Role[]): Author {
  if (asks(via)) return 'requester';
  return roles.includes('specialist') ? 'specialist' : 'colleague';
}

/** Refuses a post its author may not make (forbidden) or that is not complete (invalid-input). */
export function checkPost(author: Author, kind: PostKind, recommendation: Recommendation | undefined): void {
  if (!kindsOf[author].includes(kind)) {
    throw forbidden(
      kind === 'advice'
        ? 'Advice is given by the specialists a case is shared with. Please post information or a note instead.'
        : `You may add ${listed(kindsOf[author])} to this case.`,
    );
  }
  if (kind === 'advice' && recommendation === undefined) {
    throw invalidInput('Advice needs a recommendation.', [
      { path: 'recommendation', message: 'Choose what you recommend.' },
    ]);
  }
  if (kind !== 'advice' && recommendation !== undefined) {
    throw invalidInput('Only advice carries a recommendation.', [
      { path: 'recommendation', message: 'Leave this out, or post it as advice.' },
    ]);
  }
}

/** The status of an open case after a post. Notes, and whatever a colleague adds, leave it as it is. */
export function statusAfter(status: CaseStatus, author: Author, kind: PostKind): CaseStatus {
  if (author === 'colleague' || kind === 'note') return status;
  return move(status, kind, author) ?? status;
}

const listed = (kinds: readonly PostKind[]): string =>
  new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(kinds);
