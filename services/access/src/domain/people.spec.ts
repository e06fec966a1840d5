import { describe, expect, it } from '@jest/globals';
import { consentIsCurrent } from './consent.js';
import { prefixPattern } from './search.js';

const accepted = new Date('2026-11-23T09:00:00Z');

describe('consent', () => {
  it.each([
    ['both accepted', [accepted, accepted], true],
    ['only the terms accepted', [accepted, null], false],
    ['only the policy accepted', [null, accepted], false],
  ] as const)('with %s', (_what, [terms, policy], expected) => {
    const texts = [
      { kind: 'terms-of-use', acceptedAt: terms },
      { kind: 'privacy-policy', acceptedAt: policy },
    ] as const;
    expect(consentIsCurrent(texts)).toBe(expected);
  });

  it('is not given where a text is missing', () => {
    expect(consentIsCurrent([])).toBe(false);
    expect(consentIsCurrent([{ kind: 'terms-of-use', acceptedAt: accepted }])).toBe(false);
  });
});

describe('a search by the beginning of a name', () => {
  it.each([
    ['demo', 'demo%'],
    ['  demo ', 'demo%'],
    ['100%', '100\\%%'],
    ['a_b', 'a\\_b%'],
    ['a\\b', 'a\\\\b%'],
  ])('takes %j literally', (text, pattern) => {
    expect(prefixPattern(text)).toBe(pattern);
  });
});
