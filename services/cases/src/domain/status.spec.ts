import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { caseStatus } from '@definitivedx/contracts';
import { isOpen, move, transitions } from './status.js';

describe('the status of a case', () => {
  it('moves once the case has ended only when its requester reopens a case closed a short time ago', () => {
    for (const status of ['closed', 'cancelled', 'converted'] as const) expect(isOpen(status)).toBe(false);
    expect(transitions.filter(({ from }) => !isOpen(from))).toEqual([
      { from: 'closed', on: 'reopen', by: 'requester', to: 'awaiting-advice', needs: ['recently-closed'] },
    ]);
  });

  it('has one outcome per status, trigger and side', () => {
    const keys = transitions.map(({ from, on, by }) => `${from} ${on} ${by}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('can be every status but the first only through the table', () => {
    const reached = new Set(['awaiting-advice', ...transitions.map(({ to }) => to)]);
    expect([...reached].sort()).toEqual([...caseStatus.options].sort());
  });

  it('ends from every open status when nobody is left who could answer', () => {
    for (const status of caseStatus.options.filter(isOpen)) {
      expect(move(status, 'nobody-left', 'system')).toBe('cancelled');
    }
  });

  it.each([
    ['awaiting-advice', 'advice', 'specialist', 'advice-given'],
    ['awaiting-advice', 'question', 'specialist', 'awaiting-information'],
    ['awaiting-information', 'information', 'requester', 'awaiting-advice'],
    ['advice-given', 'question', 'requester', 'awaiting-advice'],
    ['advice-given', 'advice-withdrawn', 'specialist', 'awaiting-advice'],
    ['awaiting-information', 'question-withdrawn', 'specialist', 'awaiting-advice'],
    ['closed', 'advice-withdrawn', 'specialist', undefined],
    ['awaiting-advice', 'advice-withdrawn', 'specialist', undefined],
    ['awaiting-advice', 'question', 'requester', undefined],
    ['awaiting-advice', 'advice', 'requester', undefined],
    ['awaiting-advice', 'close', 'requester', 'closed'],
    ['awaiting-information', 'close', 'requester', 'closed'],
    ['awaiting-advice', 'close', 'specialist', undefined],
    ['advice-given', 'nobody-left', 'requester', undefined],
  ] as const)('%s, %s by the %s: %s', (from, on, by, to) => {
    expect(move(from, on, by)).toBe(to);
  });
});

/** The table as docs/case-course.md shows it. */
const documented = (): string => {
  const rows = transitions.map(({ from, on, by, to, needs = [] }) =>
    [
      from,
      on,
      by === 'system' ? 'the programme' : by === 'requester' ? 'asking side' : 'specialist',
      to,
      needs.join(', '),
    ].join(' | '),
  );
  return rows.join('\n');
};

describe('the page about the course of a case', () => {
  it('shows the table as it is', async () => {
    const page = await readFile(new URL('../../../../docs/case-course.md', import.meta.url), 'utf8');
    const shown = page
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (from|-)/.test(line))
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim().replaceAll('`', ''))
          .join(' | '),
      );
    expect(shown.join('\n')).toBe(documented());
  });
});
