import { describe, expect, it } from '@jest/globals';
import { readHeader, readThread } from './baseline.js';

const now = new Date('2025-03-10T12:00:00Z');
const header = new Map([
  ['asked_at', 0],
  ['answered_at', 1],
  ['referral', 2],
] as const);
const read = (...cells: string[]) => readThread(header, { number: 17, cells }, now);

describe('the header of a baseline', () => {
  it('names its columns in any order and in capitals or not', () => {
    expect(readHeader(['Referral', 'ASKED_AT', 'answered_at'])).toEqual(
      new Map([
        ['asked_at', 1],
        ['answered_at', 2],
        ['referral', 0],
      ]),
    );
  });

  it.each([
    ['a missing column', ['asked_at', 'referral']],
    ['another column', ['asked_at', 'answered_at', 'referral', 'subject']],
    ['a column twice', ['asked_at', 'asked_at', 'referral']],
    ['nothing', []],
  ])('is refused with %s', (_what, cells) => {
    expect(readHeader(cells)).toMatchObject({ path: 'line 1' });
  });
});

describe('a line of a baseline', () => {
  it('holds times of any offset and a code', () => {
    expect(read('2025-03-04T09:30Z', '2025-03-04 12:00:00+01:00', 'Avoided')).toEqual({
      line: 17,
      askedAt: new Date('2025-03-04T09:30:00Z'),
      answeredAt: new Date('2025-03-04T11:00:00Z'),
      referral: 'avoided',
      withinWorkingDay: true,
    });
  });

  it.each([
    ['answered on the last minute', '2025-03-05T09:30Z', true],
    ['answered a minute later', '2025-03-05T09:31Z', false],
    ['never answered', '', false],
  ])('%s of its working day', (_what, answered, expected) => {
    expect(read('2025-03-04T09:30Z', answered, 'none')).toMatchObject({ withinWorkingDay: expected });
  });

  it('that is unanswered while its working day lasts counts neither way', () => {
    expect(read('2025-03-10T09:30Z', '', 'unknown')).toMatchObject({ withinWorkingDay: null });
  });

  it.each([
    ['no time of asking', ['', '', 'none'], 'asked_at must be'],
    ['a time without offset', ['2025-03-04T09:30', '', 'none'], 'asked_at must be'],
    ['a day no month has', ['2025-02-30T09:30Z', '', 'none'], 'asked_at must be'],
    ['a British date', ['04/03/2025 09:30', '', 'none'], 'asked_at must be'],
    ['a formula', ['=HYPERLINK("https://x.invalid")', '', 'none'], 'asked_at must be'],
    ['words as its answer', ['2025-03-04T09:30Z', 'soon', 'none'], 'answered_at must be'],
    ['the epoch', ['1970-01-01T00:00Z', '', 'none'], 'before the year 2000'],
    ['a question from the future', ['2025-03-10T12:01Z', '', 'none'], 'asked_at is in the future'],
    [
      'an answer from the future',
      ['2025-03-04T09:30Z', '2026-03-04T09:30Z', 'none'],
      'answered_at is in the future',
    ],
    ['an answer before its question', ['2025-03-04T09:30Z', '2025-03-04T09:29Z', 'none'], 'before asked_at'],
    ['an unknown code', ['2025-03-04T09:30Z', '', '+SUM(1)'], 'referral must be one of'],
    ['too few values', ['2025-03-04T09:30Z', ''], '2 values instead of 3'],
    ['too many values', ['2025-03-04T09:30Z', '', 'none', 'x'], '4 values instead of 3'],
  ])('is refused with %s, without repeating it', (_what, cells, message) => {
    const issue = read(...cells);
    expect(issue).toEqual({ path: 'line 17', message: expect.stringContaining(message) });
    for (const cell of cells.filter((text) => /[=+ ]/.test(text)))
      expect(JSON.stringify(issue)).not.toContain(cell);
  });
});
