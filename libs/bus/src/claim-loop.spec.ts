import { describe, expect, it } from '@jest/globals';
import { pauseAfterMs } from './claim-loop.js';

describe('a claim loop', () => {
  it('leaves alone what is away for 1 to 20 seconds', () => {
    expect([1, 2, 5, 6, 1_000].map(pauseAfterMs)).toEqual([1_000, 2_000, 16_000, 20_000, 20_000]);
  });
});
