import { describe, expect, it } from '@jest/globals';
import { caseDocument } from '../../test/support/case-document.js';
import { accountOf } from './account.js';
import { paragraphsOf } from './paragraphs.js';

describe('the account of a case', () => {
  it('says in words what it is, who asked whom, and until when it goes', () => {
    const { title, about, facts, footer } = accountOf(caseDocument());
    expect(title).toBe('Advice and guidance, case DX-7K3M-9PQ4');
    expect(about).toContain('version 5 on 23 November 2026 at 15:00');
    expect(Object.fromEntries(facts)).toMatchObject({
      'Case code': 'DX-7K3M-9PQ4',
      Status: 'Advice given',
      Urgency: 'Urgent',
      Age: '2-5 years',
      'What the requester was about to do': 'To refer',
      Asked: '23 November 2026 at 09:00 by Test requester',
      For: 'Test Practice (PRAC1)',
      'Lead panel': 'General paediatrics, Test Trust (TRUST1)',
      'Responsible specialist': 'Test specialist',
    });
    expect(footer).toBe('DefinitiveDx · case DX-7K3M-9PQ4 · version 5 · taken 23 November 2026 at 15:00');
  });

  it('tells the discussion in its order, with who said it for whom, and the recommendation in words', () => {
    const { discussion } = accountOf(caseDocument());
    expect(discussion.map(({ heading }) => heading)).toEqual([
      '1. Question, 23 November 2026 at 10:30',
      '2. Information, 23 November 2026 at 11:30',
      '3. Advice, 23 November 2026 at 12:30',
    ]);
    expect(discussion.map(({ facts }) => facts[0])).toEqual([
      ['By', 'Test specialist, Test Trust (TRUST1)'],
      ['By', 'Test requester, Test Practice (PRAC1)'],
      ['By', 'Test specialist, Test Trust (TRUST1)'],
    ]);
    expect(discussion[2]?.facts[1]).toEqual(['Recommendation', 'Advice only, no referral recommended.']);
  });

  it('shows times as the clocks of London do, in summer too', () => {
    const { facts } = accountOf(caseDocument({ answerBy: '2026-07-06T08:30:00.000Z' }));
    expect(facts).toContainEqual(['Answer due by', '6 July 2026 at 09:30']);
  });

  it('leaves what people wrote as it is, even when it reads like a code', () => {
    const { content } = accountOf(caseDocument({ question: 'urgent', history: '2026-07-06T08:30:00.000Z' }));
    const [question, history] = content.map(({ paragraphs }) => paragraphs);
    expect([question, history]).toEqual([['urgent'], ['2026-07-06T08:30:00.000Z']]);
  });

  it("has the answers on the panel's form as they were given", () => {
    const template = {
      panelId: someId,
      version: 2,
      answers: { days_of_fever: 5, course: 'urgent', signs: ['rash', 'red eyes'] },
      redFlags: { nonBlanchingRash: false },
    };
    const form = accountOf(caseDocument({ template })).content.find(({ heading }) =>
      heading.includes('form'),
    );
    expect(form).toEqual({
      heading: "The panel's form, version 2",
      facts: [
        ['Non blanching rash', 'No'],
        ['Days of fever', '5'],
        ['Course', 'urgent'],
        ['Signs', 'rash, red eyes'],
      ],
      paragraphs: [],
    });
  });

  it('has what a case gets tomorrow, but no ids', () => {
    const document = caseDocument({ redFlagAnswers: { seizure: false }, consent, templateId: someId });
    const [first] = document.case.posts;
    Object.assign(first!, { adviserGrade: 'Consultant', fileIds: [someId] });
    const { facts, content, discussion } = accountOf(document);
    expect(facts).toContainEqual(['Consent recorded', '23 November 2026 at 09:00 by Test requester']);
    expect(content.at(-1)).toEqual({ heading: 'Red flag answers', facts: [], paragraphs: ['Seizure: No'] });
    expect(discussion[0]?.facts).toContainEqual(['Adviser grade', 'Consultant']);
    expect(JSON.stringify({ content, discussion })).not.toContain(someId);
  });

  it('says who advised, what was superseded, and of what was withdrawn only that', () => {
    const document = caseDocument();
    const [asked, answered, advised] = document.case.posts;
    Object.assign(asked!, {
      body: '',
      withdrawn: { at: '2026-11-23T12:00:00.000Z', reason: 'Asked twice.' },
    });
    Object.assign(answered!, { supersededBy: advised!.postId });
    Object.assign(advised!, {
      adviser: {
        grade: 'specialty-registrar',
        professionalNumber: '7012345',
        supervisor: { professionalNumber: '6012345' },
      },
      safetyNet: 'Come back if it lasts.',
      links: [{ title: 'Fever', url: 'https://guidance.example/fever' }],
      supersedes: answered!.postId,
    });
    const { discussion, content } = accountOf(document);
    expect(discussion[0]).toMatchObject({
      facts: [
        ['By', expect.any(String)],
        ['Withdrawn', '23 November 2026 at 12:00: Asked twice.'],
      ],
      paragraphs: [],
    });
    expect(discussion[1]?.facts).toContainEqual(['Superseded by', 'post 3']);
    expect(discussion[2]?.facts.slice(2)).toEqual([
      ['Supersedes', 'post 2'],
      ['Adviser', 'Specialty registrar, 7012345'],
      ['Supervising consultant', '6012345'],
      ['Guidance', 'Fever, https://guidance.example/fever'],
      ['Safety net', 'Come back if it lasts.'],
    ]);
    expect(content.map(({ heading }) => heading)).not.toContain('Unread');
  });

  it('says so where somebody or something is not known any more', () => {
    const document = { ...caseDocument(), named: { organisations: [], panels: [], people: [] } };
    expect(accountOf(document).discussion[0]?.facts[0]).toEqual([
      'By',
      'someone no longer known, an organisation no longer known',
    ]);
  });
});

const consent = {
  sharing: 'parent-or-carer',
  photographs: 'not-given',
  recordedBy: '01890000-0000-7000-8000-000000000001',
  recordedAt: '2026-11-23T09:00:00.000Z',
} as const;
const someId = '01890000-0000-7000-8000-000000000000';

describe('a value in lines', () => {
  it.each([
    [
      'results',
      [{ name: 'Platelets', value: 90, unit: '10*9/L', range: { low: 150, high: 400 }, taken: 'day 3' }],
      ['Platelets: 90 ×10⁹/L (range 150 to 400; taken day 3)'],
    ],
    ['a result in words', [{ name: 'Culture', value: 'negative' }], ['Culture: negative']],
    ['a list', ['salbutamol', 'paracetamol'], ['salbutamol', 'paracetamol']],
    ['nothing', [null, undefined, '', []], []],
    ['parts of parts', { asked: { by: { hand: true } } }, ['Asked: By: Hand: Yes']],
  ])('%s', (_what, value, lines) => {
    expect(paragraphsOf(value)).toEqual(lines);
  });
});
