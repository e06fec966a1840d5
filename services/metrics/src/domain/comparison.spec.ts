import { describe, expect, it } from '@jest/globals';
import { comparisonOf, durationInWords } from './comparison.js';
import { emptyTally, figuresOf, type BaselineFigures, type Figures } from './figures.js';

const figures: Figures = {
  asked: 140,
  answered: 128,
  stillOpen: 12,
  unanswered: 10,
  elapsedMinutes: { n: 128, median: 190, low: 160, high: 240 },
  workingMinutes: { n: 128, median: 70, low: 61, high: 92 },
  withinTarget: { numerator: 101, denominator: 130 },
  referralsAvoided: { numerator: 16, denominator: 40 },
  surveyed: { numerator: 60, denominator: 70 },
  followUps: [],
};

const baseline: BaselineFigures = {
  name: '=cmd|calc',
  threads: 451,
  answered: 440,
  elapsedMinutes: { n: 440, median: 1_560, low: 1_380, high: 5_000 },
  withinOneWorkingDay: { numerator: 283, denominator: 451 },
  referralsAvoided: { numerator: 32, denominator: 172 },
};

describe('the comparison', () => {
  it('says every figure with its denominator, and what it leaves out', () => {
    expect(comparisonOf(figures, baseline)).toEqual([
      "Median time to first answer 3 h 10 min (95% interval 2 h 40 min to 4 h, n = 128) against 26 h (95% interval 23 h to 3.5 days, n = 440) by e-mail; within the panels' own hours it was 1 h 10 min (95% interval 1 h 1 min to 1 h 32 min, n = 128).",
      'Of 140 cases, 12 are still open, 10 of them without an answer so far, and 2 ended without one. Of 451 e-mail threads, 11 had no answer. Whatever has no answer is not in the medians, so the true times are longer than the medians say.',
      "Answered within the panel's target: 101 of 130 cases (77.7%) whose answer was given or due, overdue ones counted as not in time; by e-mail within one working day: 283 of 451 threads (62.7%). For e-mail a working day ends at the same time on the next weekday (Europe/London, bank holidays not left out), so the two rules differ.",
      'Referrals avoided: 16 of 40 contemplated referrals (40%) against 32 of 172 contemplated referrals (18.6%) by e-mail, threads of unknown outcome left out; this rests on the surveys of 60 of 70 closed cases (85.7%).',
    ]);
  });

  it('says so when there is nothing to compare, or nothing at all', () => {
    const sentences = comparisonOf(figuresOf(emptyTally), null);
    expect(sentences[0]).toBe('No case of this period has a first answer yet.');
    expect(sentences.at(-1)).toContain('No e-mail baseline has been imported yet');
    expect(sentences.join(' ')).not.toMatch(/NaN|null|undefined|%/);
  });

  it('gives no interval where there is none', () => {
    const [first] = comparisonOf(
      { ...figures, elapsedMinutes: { n: 3, median: 30, low: null, high: null } },
      null,
    );
    expect(first).toContain('30 min (too few for an interval, n = 3);');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 min'],
    [59.4, '59 min'],
    [59.6, '1 h'],
    [190, '3 h 10 min'],
    [599, '9 h 59 min'],
    [600, '10 h'],
    [1_560, '26 h'],
    [4_320, '3 days'],
    [6_480, '4.5 days'],
  ])('of %d minutes is %s', (minutes, words) => {
    expect(durationInWords(minutes)).toBe(words);
  });
});
