import type { CaseDocument } from '../../src/exports/account.js';

const id = (last: number): string => `01890000-0000-7000-8000-${String(last).padStart(12, '0')}`;
const people = { requester: id(1), specialist: id(2), colleague: id(3) };
const organisations = { practice: id(11), trust: id(12) };
const panelId = id(21);

type Case = CaseDocument['case'];
type Post = Case['posts'][number];

const post = (number: number, rest: Partial<Post> & Pick<Post, 'kind' | 'body'>): Post => ({
  postId: id(30 + number),
  number,
  authorId: people.specialist,
  recommendation: null,
  postedAt: `2026-11-23T${String(9 + number).padStart(2, '0')}:30:00.000Z`,
  adviser: null,
  safetyNet: null,
  links: [],
  attachments: [],
  mentions: [],
  supersedes: null,
  supersededBy: null,
  editedAt: null,
  withdrawn: null,
  openedAt: null,
  acknowledgements: [],
  ...rest,
});

/** What the documents of a case are written from: a case with a question back, its answer, and advice. */
export function caseDocument(change: Partial<Case> & Record<string, unknown> = {}): CaseDocument {
  const found: Case = {
    caseId: id(99),
    code: 'DX-7K3M-9PQ4',
    question: 'Is this rash worth a referral?',
    history: 'Day 3 of fever, rash on the trunk, drinking well.\n\nTemp 38.9 °C, HR 140, cap refill < 2 s.',
    examination: null,
    results: [],
    medication: null,
    specialty: null,
    referralAllowed: true,
    consent: null,
    template: null,
    ageBand: '2-5 years',
    sex: 'female',
    endedAt: null,
    endedAs: null,
    survey: null,
    reopenableUntil: null,
    flags: [],
    intendedAction: 'refer',
    priority: 'urgent',
    status: 'advice-given',
    version: 5,
    requesterId: people.requester,
    organisationId: organisations.practice,
    responsibleId: people.specialist,
    leadPanelId: panelId,
    answerBy: null,
    clock: 'stopped',
    overdue: false,
    acknowledged: true,
    panels: [],
    plan: null,
    createdAt: '2026-11-23T09:00:00.000Z',
    lastActivityAt: '2026-11-23T12:30:00.000Z',
    via: 'requester',
    unread: 0,
    followed: false,
    toAcknowledge: [],
    posts: [
      post(1, { kind: 'question', body: 'Does the rash blanch?' }),
      post(2, { kind: 'information', body: 'It does.', authorId: people.requester }),
      post(3, {
        kind: 'advice',
        body: 'Most likely viral. No referral is needed; see again if it stops blanching.',
        recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
      }),
    ],
    ...change,
  };
  return {
    case: found,
    named: {
      organisations: [
        { organisationId: organisations.practice, odsCode: 'PRAC1', name: 'Test Practice' },
        { organisationId: organisations.trust, odsCode: 'TRUST1', name: 'Test Trust' },
      ],
      panels: [
        {
          panelId,
          name: 'General paediatrics',
          specialty: 'Paediatrics',
          organisationId: organisations.trust,
        },
      ],
      people: [
        { memberId: people.requester, name: 'Test requester' },
        { memberId: people.specialist, name: 'Test specialist' },
        { memberId: people.colleague, name: 'Test colleague' },
      ],
    },
    actedFor: [
      { memberId: people.specialist, organisationId: organisations.trust, numbers: [1, 3] },
      { memberId: people.requester, organisationId: organisations.practice, numbers: [2] },
    ],
    takenAt: '2026-11-23T15:00:00.000Z',
  };
}
