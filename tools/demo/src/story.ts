import {
  addPost,
  caseAudience,
  createCase,
  getCase,
  listPanels,
  revokeShare,
  whoIsOnCall,
  type ReplyOf,
} from '@definitivedx/contracts';
import { caseTexts, tellingWordsIn } from './case-texts.js';
import { Events } from './events.js';
import { NotAsExpected } from './failure.js';
import { mailAbout, wholeMail } from './mailbox.js';
import { acceptTexts, shownText, signInAs, type Person } from './person.js';
import { expectHidden, isListed } from './refusals.js';
import type { Step } from './step.js';

export interface Setting {
  readonly publicUrl: string;
  readonly mailboxUrl: string;
}

type Panel = ReplyOf<typeof listPanels>['panels'][number];

interface Shared {
  readonly caseId: string;
  readonly traceId: string | undefined;
}

const specialistAddress = 'specialist-on-call@demo.invalid';

/** Plays the story: a case is shared, the specialist on call is told, opens it and advises; others never learn of it. */
export async function playStory(step: Step, setting: Setting): Promise<void> {
  const gp = await signInAs(step, setting.publicUrl, 'gp');
  await acceptTexts(step, gp);
  const specialist = await signInAs(step, setting.publicUrl, 'specialist-on-call');
  await acceptTexts(step, specialist);
  // Opened before the share, as a page that is left open would be.
  const events = await Events.open(specialist.session);
  try {
    const panel = await findPanel(step, gp, specialist);
    const shared = await share(step, gp, specialist, panel);
    await specialistIsTold(step, setting, events, specialist, shared);
    await advise(step, specialist, shared);
    await gpReads(step, gp, shared);
    await strangerLearnsNothing(step, setting, shared);
    await revoke(step, gp, specialist, panel, events, shared);
  } finally {
    events.close();
  }
}

const findPanel = (step: Step, gp: Person, specialist: Person): Promise<Panel> =>
  step('Finding who is on call', async () => {
    const { reply } = await gp.session.must(listPanels.reply, 'GET', '/api/v1/panels');
    const panel = reply.panels.find(({ name }) => name === 'General paediatrics');
    if (!panel)
      throw new NotAsExpected('the panel General paediatrics', `${String(reply.panels.length)} others`);
    const onCall = await gp.session.must(
      whoIsOnCall.reply.shape.onCall.element,
      'GET',
      `/api/v1/panels/${panel.panelId}/on-call`,
    );
    if (onCall.reply.memberId !== specialist.memberId) {
      throw new NotAsExpected(`${specialist.name} to be on call`, 'somebody else or nobody', onCall.traceId);
    }
    const says = `${gp.name} found the panel ${panel.name} of ${panel.organisation}; ${specialist.name} is on call.`;
    return { says, traceId: onCall.traceId, value: panel };
  });

async function share(step: Step, gp: Person, specialist: Person, panel: Panel): Promise<Shared> {
  const duty = await step('Showing the duty to anonymise', async () => {
    const { reply, traceId } = await gp.session.must(shownText, 'GET', '/api/v1/anonymisation-duty');
    if (reply.body.trim() === '') throw new NotAsExpected('the duty to anonymise', 'an empty text', traceId);
    const says = `${gp.name} was shown "${reply.title}", version ${reply.version}: ${reply.body.split('\n')[0] ?? ''}`;
    return { says, traceId, value: reply };
  });
  return step('Sharing the case', async () => {
    const { reply, traceId } = await gp.session.must(createCase.reply, 'POST', '/api/v1/cases', {
      question: caseTexts.question,
      history: caseTexts.history,
      ageBand: '2-5 years',
      sex: 'not-relevant',
      intendedAction: 'unsure',
      priority: 'routine',
      attestation: { version: duty.version, hash: duty.hash },
      audience: [{ kind: 'panel', panelId: panel.panelId }],
    });
    if (reply.responsibleId !== specialist.memberId) {
      throw new NotAsExpected(`${specialist.name} to be responsible for the case`, 'somebody else', traceId);
    }
    const says = `${gp.name} attested that and shared a case with ${panel.name}; ${specialist.name} is responsible for it.`;
    return { says, traceId, value: { caseId: reply.caseId, traceId } };
  });
}

async function specialistIsTold(
  step: Step,
  { publicUrl, mailboxUrl }: Setting,
  events: Events,
  specialist: Person,
  { caseId, traceId }: Shared,
): Promise<void> {
  await step('Telling the specialist by server-sent event', async () => {
    await events.expect('case-shared', caseId);
    return { says: `${specialist.name} was told by server-sent event.`, traceId, value: undefined };
  });
  await step('Telling the specialist by e-mail', async () => {
    const mail = await mailAbout(mailboxUrl, specialistAddress, `${publicUrl}/cases/${caseId}`);
    const leaked = tellingWordsIn(wholeMail(mail));
    if (leaked.length > 0)
      throw new NotAsExpected('not a word of the case in the e-mail', leaked.join(', '), traceId);
    const says = `${specialist.name} was told by e-mail, "${mail.subject}", with not a word of the case in it.`;
    return { says, traceId, value: undefined };
  });
}

async function advise(step: Step, { session, name }: Person, { caseId }: Shared): Promise<void> {
  await step('Opening the case', async () => {
    if (!(await isListed(session, caseId)))
      throw new NotAsExpected("the case in the specialist's list", 'none');
    const { reply, traceId } = await session.must(getCase.reply, 'GET', `/api/v1/cases/${caseId}`);
    if (reply.question !== caseTexts.question || reply.history !== caseTexts.history) {
      throw new NotAsExpected('the case as it was shared', 'another text', traceId);
    }
    return { says: `${name} found the case in the list and opened it.`, traceId, value: undefined };
  });
  await step('Advising', async () => {
    const { reply, traceId } = await session.must(addPost.reply, 'POST', `/api/v1/cases/${caseId}/posts`, {
      kind: 'advice',
      body: caseTexts.advice,
      recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
    });
    return { says: `${name} advised; the case is now ${reply.status}.`, traceId, value: undefined };
  });
}

const gpReads = (step: Step, { session, name }: Person, { caseId }: Shared): Promise<void> =>
  step('Reading the advice', async () => {
    const { reply, traceId } = await session.must(getCase.reply, 'GET', `/api/v1/cases/${caseId}`);
    const advice = reply.posts.filter(({ kind }) => kind === 'advice');
    if (reply.status !== 'advice-given' || advice.length !== 1 || advice[0]?.body !== caseTexts.advice) {
      throw new NotAsExpected(
        'the case to be advice-given, with the one advice as it was written',
        `${reply.status} with ${String(advice.length)} advices`,
        traceId,
      );
    }
    const says = `${name} read the advice (${advice[0].recommendation ?? 'no recommendation'}).`;
    return { says, traceId, value: undefined };
  });

async function strangerLearnsNothing(step: Step, { publicUrl }: Setting, { caseId }: Shared): Promise<void> {
  const stranger = await signInAs(step, publicUrl, 'gp-two');
  await acceptTexts(step, stranger);
  await step('Refusing an uninvited member', async () => {
    const traceId = await expectHidden(stranger.session, caseId, stranger.name);
    if (await isListed(stranger.session, caseId)) {
      throw new NotAsExpected("the case to be absent from an uninvited member's list", 'it there', traceId);
    }
    const says = `${stranger.name}, uninvited, was answered exactly as for a case that does not exist.`;
    return { says, traceId, value: undefined };
  });
}

async function revoke(
  step: Step,
  gp: Person,
  specialist: Person,
  panel: Panel,
  events: Events,
  { caseId }: Shared,
): Promise<void> {
  await step('Ending the share', async () => {
    const path = `/api/v1/cases/${caseId}/audience`;
    const { reply } = await gp.session.must(caseAudience.reply, 'GET', path);
    const grant = reply.grants.find(({ to, revokedAt }) => to.kind === 'panel' && revokedAt === null);
    if (!grant)
      throw new NotAsExpected("the panel's grant in the audience", `${String(reply.grants.length)} others`);
    const revoked = await gp.session.must(revokeShare.reply, 'DELETE', `${path}/${grant.grantId}`);
    const says = `${gp.name} stopped sharing the case with ${panel.name}; it is now ${revoked.reply.status}.`;
    return { says, traceId: revoked.traceId, value: undefined };
  });
  await step('Refusing the panel after the revoke', async () => {
    const traceId = await expectHidden(specialist.session, caseId, specialist.name);
    if (await isListed(specialist.session, caseId)) {
      throw new NotAsExpected("the case to be gone from the panel member's list", 'it still there', traceId);
    }
    await events.expect('access-ended', caseId);
    const says = `${specialist.name} was told that access ended, cannot open the case and no longer finds it.`;
    return { says, traceId, value: undefined };
  });
}
