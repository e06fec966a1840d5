/** Mails about one case, and mails about the cases of a hand-over. */
export type CaseMailTemplate =
  | 'case-shared'
  | 'case-posted'
  | 'advice-given'
  | 'mentioned'
  | 'advice-withdrawn'
  | 'governance-opened'
  | 'follow-up-due';
export type HandOverMailTemplate = 'hand-over-waiting' | 'hand-over-overdue';
/** What a member can be mailed about, and the alert to operators. */
export type MailTemplate = CaseMailTemplate | HandOverMailTemplate | 'test-page' | 'dead-letter';

/** What a dead letter's alert names: codes and ids, never content. */
export interface DeadLetterAlert {
  readonly deadLetterId: string;
  readonly service: string;
  readonly subject: string;
  readonly errorCode: string;
}

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

const caseMail: Readonly<Record<CaseMailTemplate, MailText>> = {
  'case-shared': {
    subject: 'A case is waiting for you',
    text: 'A case has been shared with you on DefinitiveDx and is waiting for you.',
  },
  'case-posted': {
    subject: 'There is something new in a case',
    text: 'Something was added to a case of yours on DefinitiveDx.',
  },
  'advice-given': {
    subject: 'There is advice for you to read',
    text: 'Advice has been given on a case of yours on DefinitiveDx.',
  },
  mentioned: {
    subject: 'You were mentioned in a case',
    text: 'You were mentioned in the discussion of a case on DefinitiveDx.',
  },
  'advice-withdrawn': {
    subject: 'Advice was withdrawn',
    text: 'Advice on a case of yours on DefinitiveDx has been withdrawn by who gave it. Please do not rely on it.',
  },
  'governance-opened': {
    subject: 'A case of yours was opened for governance',
    text: 'A governance lead of your organisation has opened a case of yours on DefinitiveDx. Who, and why, is in its audience.',
  },
  'follow-up-due': {
    subject: 'What became of a child you asked about?',
    text: 'Some time has passed since a case of yours was closed on DefinitiveDx. Four short questions ask what became of it; your list of follow-ups takes the answers in one step.',
  },
};

/**
 * The mail about a case. It says that there is something to read and where, and nothing of what: mail travels and is
 * kept where we have no say, so it names neither the question, nor the child, nor a colleague.
 */
export function caseMailText(template: CaseMailTemplate, caseId: string, publicUrl: string): MailText {
  const { subject, text } = caseMail[template];
  return { subject, text: signInTo(text, 'it', publicUrl, `/cases/${caseId}`) };
}

const casesMail: Readonly<Record<CaseMailTemplate, (cases: string) => MailText>> = {
  'case-shared': (cases) => ({
    subject: `${cases} cases are waiting for you`,
    text: `${cases} cases have been shared with you on DefinitiveDx and are waiting for you.`,
  }),
  'case-posted': (cases) => ({
    subject: `There is something new in ${cases} cases`,
    text: `Something was added to ${cases} cases of yours on DefinitiveDx.`,
  }),
  'advice-given': (cases) => ({
    subject: `There is advice on ${cases} cases for you to read`,
    text: `Advice has been given on ${cases} cases of yours on DefinitiveDx.`,
  }),
  mentioned: (cases) => ({
    subject: `You were mentioned in ${cases} cases`,
    text: `You were mentioned in the discussion of ${cases} cases on DefinitiveDx.`,
  }),
  'advice-withdrawn': (cases) => ({
    subject: `Advice on ${cases} cases was withdrawn`,
    text: `Advice on ${cases} cases of yours on DefinitiveDx has been withdrawn by who gave it. Please do not rely on it.`,
  }),
  'governance-opened': (cases) => ({
    subject: `${cases} cases of yours were opened for governance`,
    text: `A governance lead of your organisation has opened ${cases} cases of yours on DefinitiveDx. Who, and why, is in their audience.`,
  }),
  'follow-up-due': (cases) => ({
    subject: `What became of ${cases} children you asked about?`,
    text: `Some time has passed since ${cases} cases of yours were closed on DefinitiveDx. Four short questions ask what became of each; your list of follow-ups takes the answers in one step.`,
  }),
};

/** One mail about several cases to which the same happened; as `caseMailText` for one. */
export function casesMailText(
  template: CaseMailTemplate,
  caseIds: readonly string[],
  publicUrl: string,
): MailText {
  const [first, ...others] = caseIds;
  if (first !== undefined && others.length === 0) return caseMailText(template, first, publicUrl);
  const { subject, text } = casesMail[template](String(caseIds.length));
  const paths = caseIds.map((caseId) => `/cases/${caseId}`);
  return { subject, text: signInTo(text, 'them', publicUrl, ...paths) };
}

/** The mail about a hand-over: how many cases wait to be accepted, and where; nothing of which. */
export function handOverMailText(template: HandOverMailTemplate, cases: number, publicUrl: string): MailText {
  const waiting = template === 'hand-over-waiting';
  const [are, have] = cases === 1 ? ['case is', 'case has'] : ['cases are', 'cases have'];
  const text = waiting
    ? `${String(cases)} ${are} handed over to you on DefinitiveDx. Please accept what you take on.`
    : `${String(cases)} ${have} been handed over on DefinitiveDx and not been accepted. Reminders end when a doctor accepts.`;
  return {
    subject: waiting ? 'A hand-over is waiting for you' : 'A hand-over has not been accepted',
    text: signInTo(text, 'the list', publicUrl, '/hand-overs'),
  };
}

/** The mail of a test page: that it has to be acknowledged, signed in; opening a link is no acknowledgement. */
export const testPageMailText = (pageId: string, publicUrl: string): MailText => ({
  subject: 'A test page for whoever is on call',
  text: signInTo(
    'Your organisation is trying out whether DefinitiveDx reaches its doctor on call. No case is waiting. Please say that this reached you.',
    'and acknowledge it',
    publicUrl,
    `/test-pages/${pageId}`,
  ),
});

const signInTo = (text: string, what: string, publicUrl: string, ...paths: readonly string[]): string =>
  [
    text,
    [`Sign in to read ${what}:`, ...paths.map((path) => `${publicUrl.replace(/\/+$/, '')}${path}`)].join(
      '\n',
    ),
    'This message holds nothing about the patient. Please do not reply to it: nobody reads the answers.',
  ].join('\n\n');

/** The alert that an event was given up on, with what an operator needs to find and replay it. */
export function deadLetterMailText(alert: DeadLetterAlert): MailText {
  return {
    subject: 'DefinitiveDx: an event needs attention',
    text: [
      `The service ${alert.service} gave up on an event. Its effect is missing until it is replayed.`,
      `Event: ${alert.subject}\nError code: ${alert.errorCode}\nDead letter: ${alert.deadLetterId}`,
      'To list dead letters and to replay one: npm run dead-letters',
    ].join('\n\n'),
  };
}
