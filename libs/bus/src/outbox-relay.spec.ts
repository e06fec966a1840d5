import { describe, expect, it } from '@jest/globals';
import { wavesOf } from './outbox-relay.js';

describe('the waves of a batch', () => {
  it('hold at most one row of an aggregate each, in the order of the batch', () => {
    const rows = ['a1', 'b1', 'a2', 'c1', 'a3', 'b2'].map((id) => ({ id, aggregateId: id.charAt(0) }));
    expect(wavesOf(rows).map((wave) => wave.map((row) => row.id))).toEqual([
      ['a1', 'b1', 'c1'],
      ['a2', 'b2'],
      ['a3'],
    ]);
  });
});
