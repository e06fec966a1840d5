import { londonTime, type ReplyOf, type takeCaseDocument } from '@definitivedx/contracts';
import { labelOf, inWords, valueInWords } from './words.js';
import { paragraphsOf, saidIn } from './paragraphs.js';

export type CaseDocument = ReplyOf<typeof takeCaseDocument>;
export type Post = CaseDocument['case']['posts'][number];

type Form = NonNullable<CaseDocument['case']['template']>;

/** A heading with what stands below it. */
export interface Section {
  readonly heading: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly paragraphs: readonly string[];
}

/** A case as a person reads it on paper, whatever draws it. */
export interface Account {
  readonly title: string;
  readonly about: string;
  readonly facts: Section['facts'];
  readonly content: readonly Section[];
  readonly discussion: readonly Section[];
  /** Below every page. */
  readonly footer: string;
}

/** What the requester wrote, in the order in which it is read. It is theirs, and no code even when it reads like one. */
export const written = ['question', 'history', 'examination', 'medication'] as const;

/** Fields that have a place of their own: among the facts, in what was written, below. */
export const placed: readonly string[] = [
  ...written,
  ...['code', 'version', 'status', 'priority', 'ageBand', 'sex', 'intendedAction', 'answerBy', 'clock'],
  ...['createdAt', 'lastActivityAt', 'via', 'specialty', 'consent', 'referralAllowed', 'posts'],
  ...['endedAt', 'endedAs', 'flags', 'template', 'plan', 'panels'],
  // Of the moment, or of whoever takes it along: no part of what is kept of a case.
  ...['overdue', 'acknowledged', 'survey', 'reopenableUntil', 'followed', 'unread', 'toAcknowledge'],
];
const placedInPost = [
  ...['number', 'kind', 'body', 'recommendation', 'postedAt', 'adviser', 'links', 'withdrawn'],
  ...['supersedes', 'supersededBy', 'attachments', 'mentions'],
];

/** Writes a case down in the order in which it is read: what it is, what was asked, what was said. */
export function accountOf(document: CaseDocument): Account {
  const { case: found, takenAt } = document;
  const { code, version } = found;
  const names = namesIn(document);
  const taken = londonTime(new Date(takenAt));
  return {
    title: `Advice and guidance, case ${code}`,
    about:
      'An anonymised question and its discussion. The case code is the only link to the patient’s own record. ' +
      `Taken from version ${String(version)} on ${taken}; what was said later is not in it. Times are those of London.`,
    facts: factsOf(document, names),
    content: [
      ...written.flatMap((field) => {
        const text = found[field];
        return text === null ? [] : [{ heading: labelOf(field), facts: [], paragraphs: [text] }];
      }),
      ...(found.template ? [formOf(found.template)] : []),
      ...saidIn(found, placed).map(([field, value]) => section(field, value)),
    ],
    discussion: found.posts.map((post) => postOf(post, found, names)),
    footer: `DefinitiveDx · case ${code} · version ${String(version)} · taken ${taken}`,
  };
}

const section = (field: string, value: unknown): Section => ({
  heading: labelOf(field),
  facts: [],
  paragraphs: paragraphsOf(value),
});

/** What was answered on the lead panel's form. Answers are people's own words, and stay as they are. */
export function formOf({ version, answers, redFlags }: Form): Section {
  const said = (value: Form['answers'][string]): string =>
    typeof value === 'boolean'
      ? valueInWords(value)
      : Array.isArray(value)
        ? value.join(', ')
        : String(value);
  return {
    heading: `The panel's form, version ${String(version)}`,
    facts: [...Object.entries(redFlags), ...Object.entries(answers)].map(([field, value]) => [
      labelOf(field),
      said(value),
    ]),
    paragraphs: [],
  };
}

function factsOf({ case: found }: CaseDocument, names: Names): Section['facts'] {
  const { createdAt, lastActivityAt, responsibleId, leadPanelId, answerBy } = found;
  const facts: [string, string | undefined][] = [
    ['Case code', found.code],
    ['Version', String(found.version)],
    ['Status', inWords(found.status)],
    [labelOf('priority'), inWords(found.priority)],
    [labelOf('ageBand'), found.ageBand],
    [labelOf('sex'), inWords(found.sex)],
    [labelOf('intendedAction'), inWords(found.intendedAction)],
    ['Asked', `${londonTime(new Date(createdAt))} by ${names.person(found.requesterId)}`],
    ['For', names.organisation(found.organisationId)],
    [labelOf('specialty'), found.specialty ?? undefined],
    ['Lead panel', leadPanelId === null ? undefined : names.panel(leadPanelId)],
    ['Responsible specialist', responsibleId === null ? undefined : names.person(responsibleId)],
    [labelOf('answerBy'), answerBy === null ? undefined : valueInWords(answerBy)],
    [labelOf('referralAllowed'), valueInWords(found.referralAllowed)],
    ...consentOf(found.consent, names),
    ['The plan', numbered(found.posts.find(({ postId }) => postId === found.plan)?.number)],
    ['Last activity', londonTime(new Date(lastActivityAt))],
    [labelOf('endedAt'), found.endedAt === null ? undefined : valueInWords(found.endedAt)],
    [labelOf('endedAs'), found.endedAs === null ? undefined : inWords(found.endedAs)],
    [labelOf('flags'), found.flags.length === 0 ? undefined : found.flags.map(inWords).join(', ')],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function consentOf(consent: CaseDocument['case']['consent'], names: Names): [string, string][] {
  if (!consent) return [];
  const { sharing, photographs, recordedAt, recordedBy } = consent;
  return [
    ['Consent to share', `${inWords(sharing)}; photographs: ${inWords(photographs).toLowerCase()}`],
    ['Consent recorded', `${londonTime(new Date(recordedAt))} by ${names.person(recordedBy)}`],
  ];
}

function postOf(post: Post, found: Discussed, names: Names): Section {
  const { recommendation, withdrawn } = post;
  return {
    heading: `${String(post.number)}. ${inWords(post.kind)}, ${londonTime(new Date(post.postedAt))}`,
    facts: [
      ['By', names.author(post)],
      ...(recommendation === null ? [] : [['Recommendation', inWords(recommendation)] as const]),
      ...besides(post, found),
    ],
    paragraphs: withdrawn ? [] : [post.body],
  };
}

/** Of advice: whether it is what the case goes by, or the opinion of a panel that was asked in. */
function partOf({ postId }: Post, plan: string | null, panels: Discussed['panels']): string | undefined {
  if (postId === plan) return 'The plan';
  const consulted = panels.some(({ part, advice }) => part === 'consulted' && advice.includes(postId));
  return consulted ? 'Of a consulted panel: no plan' : undefined;
}

/** Of a case, what says which part a post has in it. */
type Discussed = Pick<CaseDocument['case'], 'posts' | 'plan' | 'panels'>;

/** What there is to say of a post beside what it says: who advised, what became of it. */
export function besides(
  post: Post,
  { posts, plan, panels }: Discussed,
): (readonly [label: string, value: string])[] {
  const { adviser, links, withdrawn, supersedes, supersededBy, attachments } = post;
  const numberOf = (postId: string | null): number | undefined =>
    posts.find((other) => other.postId === postId)?.number;
  const facts: [string, string | undefined][] = [
    ['Part', partOf(post, plan, panels)],
    ['Withdrawn', withdrawn ? `${londonTime(new Date(withdrawn.at))}: ${withdrawn.reason}` : undefined],
    ['Superseded by', numbered(numberOf(supersededBy))],
    ['Supersedes', numbered(numberOf(supersedes))],
    ['Adviser', adviser ? `${labelOf(adviser.grade)}, ${adviser.professionalNumber}` : undefined],
    ['Supervising consultant', adviser?.supervisor?.professionalNumber],
    ...links.map(({ title, url }): [string, string] => ['Guidance', `${title}, ${url}`]),
    ['Files', attachments.length > 0 ? String(attachments.length) : undefined],
    ...saidIn(post, placedInPost).map(([field, value]): [string, string] => [
      labelOf(field),
      paragraphsOf(value).join('; '),
    ]),
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

const numbered = (number: number | undefined): string | undefined =>
  number === undefined ? undefined : `post ${String(number)}`;

interface Names {
  readonly person: (memberId: string) => string;
  readonly organisation: (organisationId: string) => string;
  readonly panel: (panelId: string) => string;
  readonly author: (post: Pick<Post, 'authorId' | 'number'>) => string;
}

const unknownPerson = 'someone no longer known';
const unknownOrganisation = 'an organisation no longer known';

function namesIn({ named, actedFor }: CaseDocument): Names {
  const people = new Map(named.people.map(({ memberId, name }) => [memberId, name]));
  const organisations = new Map(
    named.organisations.map(({ organisationId, name, odsCode }) => [organisationId, `${name} (${odsCode})`]),
  );
  const panels = new Map(
    named.panels.map(({ panelId, name, organisationId }) => [
      panelId,
      `${name}, ${organisations.get(organisationId) ?? unknownOrganisation}`,
    ]),
  );
  const person = (memberId: string): string => people.get(memberId) ?? unknownPerson;
  const organisation = (organisationId: string): string =>
    organisations.get(organisationId) ?? unknownOrganisation;
  return {
    person,
    organisation,
    panel: (panelId) => panels.get(panelId) ?? 'a panel no longer known',
    author: ({ authorId, number }) => {
      const acted = actedFor.find(
        ({ memberId, numbers }) => memberId === authorId && numbers.includes(number),
      );
      return acted ? `${person(authorId)}, ${organisation(acted.organisationId)}` : person(authorId);
    },
  };
}
