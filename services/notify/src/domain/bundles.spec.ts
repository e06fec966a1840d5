import { describe, expect, it } from '@jest/globals';
import { bundlesOf, messageIdOf } from './bundles.js';

const row = (
  id: string,
  memberId: string | null,
  template: Parameters<typeof bundlesOf>[0][number]['template'],
) => ({
  id,
  memberId,
  template,
  messageId: `<${id}@definitivedx>`,
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

  it('have the Message-ID of exactly what they hold', () => {
    const [one, two, three] = [
      row('1', 'a', 'case-shared'),
      row('2', 'a', 'case-shared'),
      row('3', 'a', 'case-shared'),
    ];
    expect(messageIdOf([one])).toBe('<1@definitivedx>');
    expect(messageIdOf([one, two])).toBe(messageIdOf([two, one]));
    expect(messageIdOf([one, two])).not.toBe(messageIdOf([one, two, three]));
  });
});
