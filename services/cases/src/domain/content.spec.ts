import { expect, it } from '@jest/globals';
import { reasonsOf } from './content.js';

it('finds why each of the audience is to see a case, by the path of its field', () => {
  const id = '019a0000-0000-7000-8000-000000000000';
  const audience = [
    { kind: 'panel', panelId: id, reason: 'Knows the rash.' },
    { kind: 'everyone' },
    { kind: 'member', memberId: id, reason: 'On leave until Monday', control: true },
  ] as const;
  expect(reasonsOf(audience)).toEqual({
    'audience.0.reason': 'Knows the rash.',
    'audience.1.reason': undefined,
    'audience.2.reason': 'On leave until Monday',
  });
});
