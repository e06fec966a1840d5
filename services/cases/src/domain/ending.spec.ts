import { describe, expect, it } from '@jest/globals';
import { caseStatus } from '@definitivedx/contracts';
import {
  daysAfter,
  decided,
  leftAloneAt,
  notBefore,
  recentlyClosed,
  reopenDays,
  unmet,
  type Facts,
} from './ending.js';
import { transition, transitions, type Condition, type Side, type Trigger } from './status.js';

// Required, so that a new condition cannot be left out here.
const all: Required<Facts> = {
  'advice-there': true,
  survey: true,
  'advice-acknowledged': true,
  'no-advice-left': true,
  'no-question-left': true,
  'referral-allowed': true,
  'recently-closed': true,
  'read-and-left-alone': true,
};

describe('a decision about a case', () => {
  it.each(transitions)('$on by the $by in $from is taken when all it needs is so', (row) => {
    expect(decided(row.from, row.on, row.by, all)).toBe(row.to);
  });

  const needing = transitions.flatMap((row) => (row.needs ?? []).map((condition) => ({ ...row, condition })));
  it.each(needing)('$on by the $by in $from is refused without $condition, and says why', (row) => {
    const { condition, from, on, by } = row;
    for (const facts of [{ ...all, [condition]: false }, without(condition)]) {
      const lacking = unmet(transition(from, on, by)!, facts);
      expect(lacking?.condition).toBe(condition);
      expect(() => decided(from, on, by, facts)).toThrow(
        expect.objectContaining({ code: 'conflict', message: lacking!.sentence }),
      );
    }
  });

  it('names another condition for each with another sentence', () => {
    const said = needing.map(({ condition, from, on, by }) => [
      condition,
      unmet(transition(from, on, by)!, without(condition))!.sentence,
    ]);
    expect(new Set(said.map(([, sentence]) => sentence)).size).toBe(
      new Set(said.map(([condition]) => condition)).size,
    );
  });

  it.each([
    ['closed', 'close', 'requester', 'already ended'],
    ['cancelled', 'close', 'requester', 'already ended'],
    ['advice-given', 'cancel', 'requester', 'close it with the survey'],
    ['closed', 'cancel', 'requester', 'already ended'],
    ['awaiting-information', 'convert', 'specialist', 'waits for information'],
    ['converted', 'convert', 'specialist', 'already ended'],
    ['closed', 'to-identified-route', 'specialist', 'already ended'],
    ['advice-given', 'reopen', 'requester', 'is open'],
    ['cancelled', 'reopen', 'requester', 'Only a closed case'],
    ['converted', 'reopen', 'requester', 'Only a closed case'],
  ] as const)('%s, %s by the %s: %s', (status, on, by, words) => {
    expect(() => decided(status, on, by, all)).toThrow(
      expect.objectContaining({ code: 'conflict', message: expect.stringContaining(words) }),
    );
  });

  it('has an answer for every status, trigger and side: the table’s, or a refusal', () => {
    const triggers: Trigger[] = ['close', 'cancel', 'convert', 'reopen', 'to-identified-route'];
    const sides: Side[] = ['requester', 'specialist', 'system'];
    for (const status of caseStatus.options) {
      for (const on of triggers) {
        for (const by of sides) {
          const row = transition(status, on, by);
          if (row) expect(decided(status, on, by, all)).toBe(row.to);
          else
            expect(() => decided(status, on, by, all)).toThrow(expect.objectContaining({ code: 'conflict' }));
        }
      }
    }
  });
});

describe('the times of an ending', () => {
  const closed = new Date('2026-11-23T09:00:00Z');
  const moment = (ms: number): Date => new Date(daysAfter(closed, reopenDays).getTime() + ms);

  it('let a case be reopened up to the last moment of fourteen days', () => {
    expect(recentlyClosed(closed, closed)).toBe(true);
    expect(recentlyClosed(closed, moment(0))).toBe(true);
    expect(recentlyClosed(closed, moment(1))).toBe(false);
    expect(recentlyClosed(null, closed)).toBe(false);
  });

  it('count from what came last: the opening of the advice, or a post', () => {
    const [early, late] = [new Date('2026-11-01T00:00:00Z'), new Date('2026-11-03T12:00:00Z')];
    expect(leftAloneAt(early, null)).toEqual(new Date('2026-11-15T00:00:00Z'));
    expect(leftAloneAt(early, late)).toEqual(new Date('2026-11-17T12:00:00Z'));
    expect(leftAloneAt(late, early)).toEqual(new Date('2026-11-17T12:00:00Z'));
  });

  it('never repeat or go back', () => {
    expect(notBefore(closed, null)).toBe(closed);
    expect(notBefore(closed, closed).getTime()).toBe(closed.getTime() + 1);
    expect(notBefore(closed, moment(5))).toEqual(moment(6));
    expect(notBefore(moment(5), closed)).toEqual(moment(5));
  });
});

function without(condition: Condition): Facts {
  const { [condition]: _gone, ...rest } = all;
  return rest;
}
