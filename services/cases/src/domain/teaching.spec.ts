import { describe, expect, it } from '@jest/globals';
import { ageBand } from '@definitivedx/contracts';
import { checkNoCaseCode, coarseAge, durationInWords } from './teaching.js';

describe('what is left of a case for teaching', () => {
  it.each([
    ['0-7 days', 'infant'],
    ['8-28 days', 'infant'],
    ['1-3 months', 'infant'],
    ['3-6 months', 'infant'],
    ['6-12 months', 'infant'],
    ['1-2 years', 'toddler'],
    ['2-5 years', 'toddler'],
    ['5-10 years', 'school age'],
    ['10-16 years', 'adolescent'],
    ['16-18 years', 'adolescent'],
  ] as const)('%s is %s', (band, age) => {
    expect(coarseAge(band)).toBe(age);
  });

  it('has an age for every band', () => {
    for (const band of ageBand.options) {
      expect(['infant', 'toddler', 'school age', 'adolescent']).toContain(coarseAge(band));
    }
  });

  it.each([
    [0, 'a day or two'],
    [48, 'a day or two'],
    [49, 'some days'],
    [7 * 24, 'some days'],
    [8 * 24, 'some weeks'],
    [31 * 24, 'some weeks'],
    [32 * 24, 'some months'],
    [900 * 24, 'some months'],
  ] as const)('%i hours are %s', (hours, words) => {
    const from = new Date('2026-01-01T00:00:00Z');
    expect(durationInWords(from, new Date(from.getTime() + hours * 3_600_000))).toBe(words);
  });
});

describe('a text to teach with', () => {
  // Both are right: the second is of another case.
  const [own, other] = ['DX-7K3M-9PQ1', 'DX-0000-0000'];
  const refused = (course: string): void => {
    expect(() => {
      checkNoCaseCode({ course, question: 'Fine.' }, own);
    }).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        issues: [expect.objectContaining({ path: 'course' })],
      }),
    );
  };

  it.each([
    own,
    'See dx 7k3m 9pq1.',
    '(7K3M9PQ1)',
    '7K3M–9PQ1',
    '7 k 3 m 9 p q 1',
    'x7k3m9pql',
    `as in ${other}`,
    'dx00000000',
  ])('does not hold %s', (course) => {
    refused(course);
  });

  it.each([
    'Dx of exclusion in 4 weeks: DDx 1. viral 2. bacterial',
    'The DX FEVERISH child was well.',
    'CRP 12 mg/L, WCC 9.1, temperature 38.5 for 3 days',
    'DX-0000-0001 is no code at all',
    '',
  ])('may hold %j', (course) => {
    expect(() => {
      checkNoCaseCode({ course }, own);
    }).not.toThrow();
  });
});
