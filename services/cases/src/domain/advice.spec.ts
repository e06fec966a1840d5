import { describe, expect, it } from '@jest/globals';
import { adviser as schema, adviserGrade, guidanceLink } from '@definitivedx/contracts';
import { checkAdvice, grades, type AdviceParts } from './advice.js';

const nobody: AdviceParts = { links: [] };
const consultant = { grade: 'consultant', professionalNumber: '7012345' } as const;
const supervisor = { professionalNumber: '6012345' };

/** The fields that a refusal names; none when nothing is wrong. */
const wrong = (...given: Parameters<typeof checkAdvice>): string[] => {
  try {
    checkAdvice(...given);
    return [];
  } catch (error) {
    const { code, issues } = error as { code: string; issues: { path: string }[] };
    expect(code).toBe('invalid-input');
    return issues.map(({ path }) => path);
  }
};
const advised = (adviser: AdviceParts['adviser']): string[] => wrong('advice', { ...nobody, adviser });

describe('who advises', () => {
  it('is named with advice, and with nothing else', () => {
    expect(advised(undefined)).toEqual(['adviser']);
    expect(advised(consultant)).toEqual([]);
    const everything = {
      adviser: consultant,
      safetyNet: 'Come back.',
      links: [{ title: 'a', url: 'https://b.example' }],
      supersedes: 'x',
    };
    expect(wrong('note', everything)).toEqual(['adviser', 'safetyNet', 'links', 'supersedes']);
    expect(wrong('question', nobody)).toEqual([]);
  });

  it.each(adviserGrade.options)(
    'as %s has the number of their own register, and a supervisor in training',
    (grade) => {
      const { register, trainee } = grades[grade];
      const [own, other] = register === 'GMC' ? ['7012345', '12A3456B'] : ['12A3456B', '7012345'];
      expect(advised({ grade, professionalNumber: own, supervisor })).toEqual([]);
      expect(advised({ grade, professionalNumber: other, supervisor })).toEqual([
        'adviser.professionalNumber',
      ]);
      expect(advised({ grade, professionalNumber: own })).toEqual(trainee ? ['adviser.supervisor'] : []);
    },
  );

  it('does not supervise themself', () => {
    const own = { grade: 'core-trainee', professionalNumber: '7012345' } as const;
    expect(advised({ ...own, supervisor: { professionalNumber: '7012345' } })).toEqual([
      'adviser.supervisor.professionalNumber',
    ]);
  });

  it.each(['701234', '70123456', 'C7012345', '12A3456', '12a3456b', ' 7012345', '٧٠١٢٣٤٥', '7012345\n'])(
    'has no number like %j',
    (professionalNumber) => {
      expect(schema.safeParse({ ...consultant, professionalNumber }).success).toBe(false);
    },
  );
});

describe('a link to guidance', () => {
  const taken = (url: string): boolean => guidanceLink.safeParse({ title: 'Fever', url }).success;

  it('leads to a site, over https', () => {
    for (const url of ['https://guidance.example/a?b=c#d', 'https://guidance.example:8443/'])
      expect(taken(url)).toBe(true);
    const refused = [
      'http://guidance.example',
      'javascript:alert(1)',
      'data:text/html,x',
      'https://localhost/a b',
      'https://name:word@guidance.example',
      'https://name@guidance.example',
      '//guidance.example',
      'guidance.example',
      `https://guidance.example/${'a'.repeat(2_000)}`,
    ];
    for (const url of refused) expect({ url, taken: taken(url) }).toEqual({ url, taken: false });
  });

  it('has a title of one line', () => {
    expect(guidanceLink.safeParse({ title: 'a\nb', url: 'https://guidance.example' }).success).toBe(false);
  });
});
