import { describe, expect, it } from '@jest/globals';
import { bundlesOf } from './bundles.js';

const row = (
  id: string,
  memberId: string | null,
  template: Parameters<typeof bundlesOf>[0][number]['template'],
) => ({
  id,
  memberId,
  template,
});

describe('bundles of mails', () => {
  it('hold the same news to the same member; what is not about one case goes alone', () => {
    const rows = [
      row('1', 'a', 'case-shared'),
      row('2', 'b', 'case-shared'),
      row('3', 'a', 'case-shared'),
      row('4', 'a', 'advice-given'),
      row('5', 'a', 'hand-over-waiting'),
      row('6', 'a', 'hand-over-waiting'),
      row('7', null, 'dead-letter'),
      row('8', null, 'dead-letter'),
    ];
    expect(bundlesOf(rows).map((bundle) => bundle.map(({ id }) => id))).toEqual([
      ['1', '3'],
      ['2'],
      ['4'],
      ['5'],
      ['6'],
      ['7'],
      ['8'],
    ]);
  });
});
