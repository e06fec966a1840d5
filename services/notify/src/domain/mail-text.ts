/** Mails about one case, and mails about the cases of a hand-over. */
export type CaseMailTemplate =
  | 'case-shared'
  | 'case-posted'
  | 'advice-given'
  | 'mentioned'
  | 'advice-withdrawn'
  | 'governance-opened'
  | 'responsibility-given'
  | 'responsibility-waiting'
  | 'consultation-asked'
  | 'response-overdue'
  | 'advice-unread'
  | 'attend-now'
  | 'phone-the-practice'
  | 'nobody-left'
  | 'follow-up-due';
export type HandOverMailTemplate = 'hand-over-waiting' | 'hand-over-overdue';
/** What a member can be mailed about, and the alert to operators. */
export type MailTemplate =
  CaseMailTemplate | HandOverMailTemplate | 'cover-needed' | 'test-page' | 'dead-letter';

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
  'responsibility-given': {
    subject: 'A case has been handed over to you',
    text: 'You answer for a case on DefinitiveDx from now on. Please acknowledge it, signed in: reminders go on until you do.',
  },
  'responsibility-waiting': {
    subject: 'A case has not been acknowledged',
    text: 'Whoever answers for a case of your panel on DefinitiveDx has not said that they know of it. Reminders end when they acknowledge it.',
  },
  'consultation-asked': {
    subject: 'Your panel has been asked about a case',
    text: 'Your panel has been asked in on a case on DefinitiveDx, with a question of its own.',
  },
  'response-overdue': {
    subject: 'An answer is overdue',
    text: 'A case on DefinitiveDx has not been answered by when it should have been.',
  },
  'advice-unread': {
    subject: 'Advice has not been read',
    text: 'There is advice for your practice on DefinitiveDx that nobody has opened yet.',
  },
  'attend-now': {
    subject: 'Urgent advice: please read it now',
    text: 'There is urgent advice for your practice on DefinitiveDx, to be acted on today. Please read and acknowledge it, signed in: reminders go on until somebody of the practice does.',
  },
  'phone-the-practice': {
    subject: 'Please phone the practice',
    text: 'Urgent advice on a case you answer for on DefinitiveDx has not been acknowledged by the practice. Please phone them, and record the call.',
  },
  'nobody-left': {
    subject: 'A case cannot be answered any more',
    text: 'Nobody is left who could answer a case of your practice on DefinitiveDx, so that it was cancelled. Please ask anew, or another way.',
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
  'responsibility-given': (cases) => ({
    subject: `${cases} cases have been handed over to you`,
    text: `You answer for ${cases} more cases on DefinitiveDx from now on. Please acknowledge them, signed in: reminders go on until you do.`,
  }),
  'responsibility-waiting': (cases) => ({
    subject: `${cases} cases have not been acknowledged`,
    text: `Whoever answers for ${cases} cases of your panel on DefinitiveDx has not said that they know of them. Reminders end when they acknowledge them.`,
  }),
  'consultation-asked': (cases) => ({
    subject: `Your panel has been asked about ${cases} cases`,
    text: `Your panel has been asked in on ${cases} cases on DefinitiveDx, with questions of its own.`,
  }),
  'response-overdue': (cases) => ({
    subject: `${cases} answers are overdue`,
    text: `${cases} cases on DefinitiveDx have not been answered by when they should have been.`,
  }),
  'advice-unread': (cases) => ({
    subject: `Advice on ${cases} cases has not been read`,
    text: `There is advice for your practice on ${cases} cases on DefinitiveDx that nobody has opened yet.`,
  }),
  'attend-now': (cases) => ({
    subject: `Urgent advice on ${cases} cases: please read it now`,
    text: `There is urgent advice for your practice on ${cases} cases on DefinitiveDx, to be acted on today. Please read and acknowledge it, signed in: reminders go on until somebody of the practice does.`,
  }),
  'phone-the-practice': (cases) => ({
    subject: `Please phone the practice about ${cases} cases`,
    text: `Urgent advice on ${cases} cases you answer for on DefinitiveDx has not been acknowledged by the practice. Please phone them, and record the calls.`,
  }),
  'nobody-left': (cases) => ({
    subject: `${cases} cases cannot be answered any more`,
    text: `Nobody is left who could answer ${cases} cases of your practice on DefinitiveDx, so that they were cancelled. Please ask anew, or another way.`,
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

/** The mail to a practice's administrators when nobody covers the cases that its leavers asked. */
export const coverNeededMailText = (publicUrl: string): MailText => ({
  subject: 'Your practice needs somebody to cover its cases',
  text: signInTo(
    'Cases of your practice on DefinitiveDx wait for somebody to read what is answered: who asked them has left or does not read them, and nobody covers for them. Please name who does.',
    'who covers, and change it',
    publicUrl,
    '/organisation',
  ),
});

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
