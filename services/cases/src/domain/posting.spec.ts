import { describe, expect, it } from '@jest/globals';
import { postKind } from '@definitivedx/contracts';
import { authorOf, checkPost, statusAfter, type Author } from './posting.js';

const code = (work: () => void): string => {
  try {
    work();
    return 'allowed';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('who writes what', () => {
  it.each([
    ['requester', ['clinician'], 'requester'],
    ['requester', ['specialist'], 'requester'],
    ['panel', ['clinician', 'specialist'], 'specialist'],
    ['member', ['specialist'], 'specialist'],
    ['member', ['clinician'], 'colleague'],
    ['everyone', [], 'colleague'],
  ] as const)('who sees it as %s with roles %j writes as %s', (via, roles, author) => {
    expect(authorOf(via, roles)).toBe(author);
  });

  it.each([
    ['requester', ['question', 'information', 'note']],
    ['specialist', ['question', 'advice', 'information', 'note']],
    ['colleague', ['information', 'note']],
  ] as const)('a %s may post %j', (author: Author, kinds) => {
    const allowed = postKind.options.filter(
      (kind) => code(() => checkPost(author, kind, kind === 'advice' ? 'OTHER' : undefined)) === 'allowed',
    );
    expect(allowed.toSorted()).toEqual(kinds.toSorted());
  });

  it('asks for a recommendation with advice, and refuses one with anything else', () => {
    expect(code(() => checkPost('specialist', 'advice', undefined))).toBe('invalid-input');
    for (const kind of ['question', 'information', 'note'] as const) {
      expect(code(() => checkPost('specialist', kind, 'OTHER'))).toBe('invalid-input');
    }
  });

  it('refuses who may not before it complains about what is missing', () => {
    expect(code(() => checkPost('requester', 'advice', undefined))).toBe('forbidden');
  });
});

describe('the status after a post', () => {
  it.each([
    ['awaiting-advice', 'specialist', 'advice', 'advice-given'],
    ['awaiting-advice', 'specialist', 'question', 'awaiting-information'],
    ['awaiting-advice', 'specialist', 'information', 'awaiting-advice'],
    ['awaiting-advice', 'requester', 'information', 'awaiting-advice'],
    ['awaiting-information', 'requester', 'information', 'awaiting-advice'],
    ['awaiting-information', 'requester', 'note', 'awaiting-information'],
    ['awaiting-information', 'colleague', 'information', 'awaiting-information'],
    ['advice-given', 'specialist', 'advice', 'advice-given'],
    ['advice-given', 'requester', 'question', 'awaiting-advice'],
    ['advice-given', 'specialist', 'question', 'advice-given'],
  ] as const)('%s, %s posts %s: %s', (from, author, kind, to) => {
    expect(statusAfter(from, author, kind)).toBe(to);
  });
});
