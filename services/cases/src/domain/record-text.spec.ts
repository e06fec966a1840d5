import { describe, expect, it } from '@jest/globals';
import { recommendation } from '@definitivedx/contracts';
import { recordText, type RecordCopy } from './record-text.js';

const copy: RecordCopy = {
  code: 'DX-0000-0000',
  version: 4,
  priority: 'routine',
  question: 'Is this rash worrying?',
  askedAt: new Date('2026-07-06T08:30:00Z'),
  panelName: 'General paediatrics',
  advice: {
    body: 'Watch it for two days.',
    recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
    at: new Date('2026-11-23T00:05:00Z'),
  },
  takenAt: new Date('2026-11-23T09:00:00Z'),
};

describe('the text for the record', () => {
  it('holds question, advice, adviser, time, version and code', () => {
    expect(recordText(copy)).toBe(
      [
        'Advice and guidance through DefinitiveDx, case DX-0000-0000',
        'Question asked 6 July 2026 at 09:30 (routine):',
        'Is this rash worrying?',
        'Advice given 23 November 2026 at 00:05 by the responsible specialist of General paediatrics:',
        'Watch it for two days.',
        'Recommendation: Advice only, no referral recommended.',
        'Copied 23 November 2026 at 09:00 from version 4 of the case. Times are those of London.',
      ].join('\n'),
    );
  });

  it('says when there is no advice yet, and when no panel was asked', () => {
    const text = recordText({ ...copy, advice: null, panelName: null });
    expect(text).toContain('No advice has been given yet. It is awaited from the responsible specialist.');
    expect(text).not.toContain('Recommendation');
  });

  it.each(recommendation.options)('has words for %s', (code) => {
    const text = recordText({ ...copy, advice: { ...copy.advice!, recommendation: code } });
    expect(text).toMatch(/\nRecommendation: [A-Z][^_]+\.\n/);
  });
});
