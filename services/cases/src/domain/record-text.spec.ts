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
    adviser: { grade: 'consultant', professionalNumber: '7012345' },
    safetyNet: null,
    links: [],
    replaces: null,
  },
  withdrawn: false,
  takenAt: new Date('2026-11-23T09:00:00Z'),
};

describe('the text for the record', () => {
  it('holds question, advice, adviser, time, version and code', () => {
    expect(recordText(copy)).toBe(
      [
        'Advice and guidance through DefinitiveDx, case DX-0000-0000',
        'Question asked 6 July 2026 at 09:30 (routine):',
        'Is this rash worrying?',
        'Advice given 23 November 2026 at 00:05 by a consultant of General paediatrics:',
        'Watch it for two days.',
        'Recommendation: Advice only, no referral recommended.',
        'Adviser: consultant, GMC 7012345.',
        'Copied 23 November 2026 at 09:00 from version 4 of the case. Times are those of London.',
      ].join('\n'),
    );
  });

  it('says when there is no advice yet, and when no panel was asked', () => {
    const text = recordText({ ...copy, advice: null, panelName: null });
    expect(text).toContain('No advice has been given yet. It is awaited from the responsible specialist.');
    expect(text).not.toContain('Recommendation');
  });

  it('shows who supervises, the safety net, links to guidance, and what the advice replaces', () => {
    const text = recordText({
      ...copy,
      advice: {
        ...copy.advice!,
        adviser: {
          grade: 'specialty-registrar',
          professionalNumber: '7012345',
          supervisor: { professionalNumber: '6012345' },
        },
        safetyNet: 'Come back if the fever lasts.',
        links: [{ title: 'Fever in children', url: 'https://guidance.example/fever' }],
        replaces: new Date('2026-11-22T10:00:00Z'),
      },
    });
    expect(text.split('\n').slice(3, -1)).toEqual([
      'Advice given 23 November 2026 at 00:05 by a specialty registrar of General paediatrics:',
      'Watch it for two days.',
      'Recommendation: Advice only, no referral recommended.',
      'Safety net: Come back if the fever lasts.',
      'Guidance: Fever in children, https://guidance.example/fever',
      'Adviser: specialty registrar, GMC 7012345; supervising consultant: GMC 6012345.',
      'This replaces the advice given 22 November 2026 at 10:00.',
    ]);
  });

  it('says of advice from before advisers were recorded no more than is known', () => {
    const text = recordText({ ...copy, advice: { ...copy.advice!, adviser: null } });
    expect(text).toContain('by the responsible specialist of General paediatrics:');
    expect(text).not.toContain('Adviser:');
  });

  it('warns when all advice was withdrawn', () => {
    const text = recordText({ ...copy, advice: null, withdrawn: true });
    expect(text).toContain('Advice that was given has been withdrawn: do not rely on it.');
    expect(text).not.toContain('No advice has been given yet');
  });

  it.each(recommendation.options)('has words for %s', (code) => {
    const text = recordText({ ...copy, advice: { ...copy.advice!, recommendation: code } });
    expect(text).toMatch(/\nRecommendation: [A-Z][^_]+\.\n/);
  });
});
