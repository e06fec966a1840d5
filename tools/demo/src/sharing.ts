import { createCase, listPanels, previewShare, takeOverShift, whoIsOnCall } from '@definitivedx/contracts';
import { keepDraft, whatToExpect, type Answers } from './asking.js';
import { answered, tellingWordsIn } from './case-texts.js';
import type { Events } from './events.js';
import { NotAsExpected } from './failure.js';
import { mailAbout, wholeMail } from './mailbox.js';
import type { Panel } from './panel.js';
import { shownText, type Person } from './person.js';
import type { Step } from './step.js';

/** The case of the story. */
export interface Shared {
  readonly caseId: string;
  readonly code: string;
  /** By when there is to be an answer. */
  readonly answerBy: string;
  readonly traceId: string | undefined;
}

/** The duty to anonymise as it was shown, to be attested. */
export interface Attestation {
  readonly version: string;
  readonly hash: string;
}

const specialistAddress = 'specialist-on-call@demo.invalid';

/** The GP finds the panel; who is to be on call in this story takes the shift over when another demo left it elsewhere. */
export const findPanel = (step: Step, gp: Person, specialist: Person): Promise<Panel> =>
  step('Finding who is on call', async () => {
    const { reply } = await gp.session.must(listPanels.reply, 'GET', '/api/v1/panels');
    const panel = reply.panels.find(({ name }) => name === 'General paediatrics');
    if (!panel)
      throw new NotAsExpected('the panel General paediatrics', `${String(reply.panels.length)} others`);
    const path = `/api/v1/panels/${panel.panelId}`;
    const onCallNow = whoIsOnCall.reply.shape.onCall.element;
    let onCall = await gp.session.must(onCallNow, 'GET', `${path}/on-call`);
    if (onCall.reply.memberId !== specialist.memberId) {
      await specialist.session.must(takeOverShift.reply, 'POST', `${path}/take-over`);
      onCall = await gp.session.must(onCallNow, 'GET', `${path}/on-call`);
    }
    if (onCall.reply.memberId !== specialist.memberId) {
      throw new NotAsExpected(`${specialist.name} to be on call`, 'somebody else or nobody', onCall.traceId);
    }
    const says = `${gp.name} found the panel ${panel.name} of ${panel.organisation}; ${specialist.name} is on call.`;
    return { says, traceId: onCall.traceId, value: panel };
  });

/** Shows the duty to anonymise, as it is before a case is shared and before each file. */
export const showDuty = (step: Step, { session, name }: Person, before: string): Promise<Attestation> =>
  step('Showing the duty to anonymise', async () => {
    const { reply, traceId } = await session.must(shownText, 'GET', '/api/v1/anonymisation-duty');
    if (reply.body.trim() === '') throw new NotAsExpected('the duty to anonymise', 'an empty text', traceId);
    const says = `Before ${before}, ${name} was shown "${reply.title}", version ${reply.version}: ${reply.body.split('\n')[0] ?? ''}`;
    return { says, traceId, value: { version: reply.version, hash: reply.hash } };
  });

export async function share(
  step: Step,
  gp: Person,
  specialist: Person,
  panel: Panel,
  answers: Answers,
): Promise<Shared> {
  const draftId = await keepDraft(step, gp);
  const attestation = await showDuty(step, gp, 'sharing');
  await step('Previewing the share', async () => {
    const audience = [{ kind: 'panel', panelId: panel.panelId }];
    const path = '/api/v1/cases/audience-preview';
    const { reply, traceId } = await gp.session.must(previewShare.reply, 'POST', path, { audience });
    const { members, organisations } = reply.after;
    if (members <= reply.before.members) throw new NotAsExpected('more people to see it', 'no more', traceId);
    const says = `${gp.name} was told before sharing: this opens the case to ${String(members)} members of ${String(organisations)} organisations, themself included.`;
    return { says, traceId, value: undefined };
  });
  await whatToExpect(step, gp, panel);
  return step('Sharing the case', async () => {
    const { reply, traceId } = await gp.session.must(createCase.reply, 'POST', '/api/v1/cases', {
      ...answered,
      ...answers,
      draftId,
      attestation,
      audience: [{ kind: 'panel', panelId: panel.panelId }],
    });
    if (reply.responsibleId !== specialist.memberId) {
      throw new NotAsExpected(`${specialist.name} to be responsible for the case`, 'somebody else', traceId);
    }
    const { caseId, code, answerBy } = reply;
    const says =
      `${gp.name} attested that and shared case ${code} with ${panel.name}; the draft is gone; ` +
      `${specialist.name} is responsible for it and has until ${inLondon(answerBy)}.`;
    return { says, traceId, value: { caseId, code, answerBy, traceId } };
  });
}

export async function specialistIsTold(
  step: Step,
  { publicUrl, mailboxUrl }: { readonly publicUrl: string; readonly mailboxUrl: string },
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

const london = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'Europe/London',
});

/** A moment as people at the panel read it. */
export const inLondon = (instant: string): string => london.format(new Date(instant));
