import { describe, expect, it } from '@jest/globals';
import { expectationInWords, type Expectation } from './expectation.js';

const told: Expectation = {
  responsible: { name: 'A specialist', as: 'on-call' },
  answerBy: new Date('2026-07-06T16:00:00Z'),
  lookingFrom: null,
  phone: '020 7946 0000',
};

describe('what an asker is told before sending', () => {
  it.each([
    [
      'while the panel is open',
      {},
      'A specialist, on call now, will be responsible for this case. Expect an answer by Monday 6 July 2026 at 17:00. If the child is unwell now: 020 7946 0000.',
    ],
    [
      'out of hours',
      { lookingFrom: new Date('2026-11-23T09:00:00Z'), answerBy: new Date('2026-11-24T00:30:00Z') },
      'A specialist, on call now, will be responsible for this case. Expect an answer by Tuesday 24 November 2026 at 00:30. Nobody is looking before Monday 23 November 2026 at 09:00; if the child is unwell now: 020 7946 0000.',
    ],
    [
      'when people are asked alone',
      { phone: null, responsible: { name: 'A specialist', as: 'invited-specialist' } },
      'A specialist, whom you invite, will be responsible for this case. Expect an answer by Monday 6 July 2026 at 17:00. If the child is unwell now: call 999 or your local paediatric team.',
    ],
    [
      'in a gap of the rota',
      { responsible: { name: 'A specialist', as: 'panel-lead' } },
      'A specialist, who leads the panel and answers while nobody is on call, will be responsible for this case. Expect an answer by Monday 6 July 2026 at 17:00. If the child is unwell now: 020 7946 0000.',
    ],
  ] as const)('%s', (_when, change, sentence) => {
    expect(expectationInWords({ ...told, ...change })).toBe(sentence);
  });
});
