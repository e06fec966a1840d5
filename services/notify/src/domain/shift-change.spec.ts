import { describe, expect, it } from '@jest/globals';
import { leavingDoctors } from './shift-change.js';

describe('who hands over when a panel is looked at', () => {
  it.each([
    ['the first doctor ever on call takes over from nobody', null, 'b', [], []],
    ['a gap changes nothing', 'a', null, [], null],
    ['a gap changes nothing while a hand-over waits', 'a', null, ['x'], null],
    ['the same doctor on call changes nothing', 'a', 'a', [], null],
    ['the same doctor on call leaves a waiting hand-over as it is', 'a', 'a', ['x'], null],
    ['the last doctor hands over to the next', 'a', 'b', [], ['a']],
    ['what was not accepted in a shift goes on to the next', 'b', 'c', ['a'], ['a', 'b']],
    ['once each', 'a', 'c', ['a'], ['a']],
    ['never from a doctor to themself', 'b', 'a', ['a'], ['b']],
  ])('%s', (_rule, last, onCall, unaccepted, leaving) => {
    const found = leavingDoctors(last, onCall, unaccepted);
    expect(found === null ? null : found.toSorted()).toEqual(leaving);
  });
});
