import { describe, expect, it } from '@jest/globals';
import { checkEditing, checkWithdrawal, editingMinutes } from './editing.js';

const postedAt = new Date('2026-11-23T09:00:00Z');
const after = (minutes: number, ms = 0): Date => new Date(postedAt.getTime() + minutes * 60_000 + ms);
const post = { authorId: 'author', postedAt, withdrawnAt: null };

const outcome = (work: () => void): string => {
  try {
    work();
    return 'allowed';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('editing a post', () => {
  it.each([
    ['its author at once', post, 'author', 'requester', after(0), 'allowed'],
    ['its author at the last moment', post, 'author', 'requester', after(editingMinutes), 'allowed'],
    ['its author a millisecond too late', post, 'author', 'requester', after(editingMinutes, 1), 'conflict'],
    ['somebody else on the asking side', post, 'other', 'requester', after(1), 'forbidden'],
    ['a specialist', post, 'author', 'specialist', after(1), 'forbidden'],
    ['a colleague', post, 'author', 'colleague', after(1), 'forbidden'],
    ['of a withdrawn one', { ...post, withdrawnAt: after(1) }, 'author', 'requester', after(2), 'conflict'],
  ] as const)('by %s', (_name, of, memberId, author, at, expected) => {
    expect(outcome(() => checkEditing(of, { memberId, author, at }))).toBe(expected);
  });
});

describe('withdrawing a post', () => {
  it('is for its author, once, however late', () => {
    expect(outcome(() => checkWithdrawal(post, 'author'))).toBe('allowed');
    expect(outcome(() => checkWithdrawal(post, 'other'))).toBe('forbidden');
    expect(outcome(() => checkWithdrawal({ ...post, withdrawnAt: postedAt }, 'author'))).toBe('conflict');
  });
});
