import { acknowledgeAdvice, addPost, getCase, markRead } from '@definitivedx/contracts';
import { caseTexts } from './case-texts.js';
import { NotAsExpected } from './failure.js';
import type { Person } from './person.js';
import { isListed } from './refusals.js';
import { describe } from './session.js';
import { inLondon, type Shared } from './sharing.js';
import type { Step } from './step.js';

const addressOf = (caseId: string): string => `/api/v1/cases/${caseId}`;

export const open = (step: Step, { session, name }: Person, { caseId }: Shared): Promise<void> =>
  step('Opening the case', async () => {
    if (!(await isListed(session, caseId)))
      throw new NotAsExpected("the case in the specialist's list", 'none');
    const { reply, traceId } = await session.must(getCase.reply, 'GET', addressOf(caseId));
    if (reply.question !== caseTexts.question || reply.history !== caseTexts.history) {
      throw new NotAsExpected('the case as it was shared', 'another text', traceId);
    }
    return { says: `${name} found the case in the list and opened it.`, traceId, value: undefined };
  });

/** The specialist asks back, which stops the clock; the GP answers, which starts it again. */
export async function askBack(step: Step, gp: Person, specialist: Person, { caseId }: Shared): Promise<void> {
  const path = addressOf(caseId);
  await step('Asking for more information', async () => {
    const asked = { kind: 'question', body: caseTexts.questionBack };
    await specialist.session.must(addPost.reply, 'POST', `${path}/posts`, asked);
    const { reply, traceId } = await gp.session.must(getCase.reply, 'GET', path);
    if (reply.status !== 'awaiting-information' || reply.clock !== 'paused') {
      throw new NotAsExpected(
        'the case to be awaiting-information with its clock paused',
        `${reply.status}, clock ${reply.clock}`,
        traceId,
      );
    }
    const says = `${specialist.name} asked for more information; the response clock is paused.`;
    return { says, traceId, value: undefined };
  });
  await step('Answering', async () => {
    const given = { kind: 'information', body: caseTexts.information };
    const { reply: posted } = await gp.session.must(addPost.reply, 'POST', `${path}/posts`, given);
    const { reply, traceId } = await gp.session.must(getCase.reply, 'GET', path);
    if (reply.clock !== 'running' || reply.answerBy === null) {
      throw new NotAsExpected('the clock to be running again', `clock ${reply.clock}`, traceId);
    }
    const says = `${gp.name} answered; the case is ${posted.status} again, until ${inLondon(reply.answerBy)}.`;
    return { says, traceId, value: undefined };
  });
}

export const advise = (step: Step, { session, name }: Person, { caseId }: Shared): Promise<void> =>
  step('Advising', async () => {
    const { reply, traceId } = await session.must(addPost.reply, 'POST', `${addressOf(caseId)}/posts`, {
      kind: 'advice',
      body: caseTexts.advice,
      recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
      adviser: { grade: 'consultant', professionalNumber: '7012345' },
      safetyNet: caseTexts.safetyNet,
    });
    return { says: `${name} advised; the case is now ${reply.status}.`, traceId, value: undefined };
  });

/** The GP reads it, marks it as read, and says that it is understood: from then on nobody chases it. */
export const readAdvice = (step: Step, { session, name }: Person, { caseId }: Shared): Promise<void> =>
  step('Reading the advice', async () => {
    const path = addressOf(caseId);
    const { reply, traceId } = await session.must(getCase.reply, 'GET', path);
    const advice = reply.posts.filter(({ kind }) => kind === 'advice');
    const [only] = advice;
    if (reply.status !== 'advice-given' || advice.length !== 1 || only?.body !== caseTexts.advice) {
      throw new NotAsExpected(
        'the case to be advice-given, with the one advice as it was written',
        `${reply.status} with ${String(advice.length)} advices`,
        traceId,
      );
    }
    const mark = { number: only.number };
    const { reply: marked } = await session.must(markRead.reply, 'POST', `${path}/read-mark`, mark);
    if (marked.unread !== 0) throw new NotAsExpected('nothing unread', `${String(marked.unread)} unread`);
    const understood = { understood: true };
    const acknowledgement = `${path}/posts/${only.postId}/acknowledgement`;
    await session.must(acknowledgeAdvice.reply, 'POST', acknowledgement, understood);
    const by = `${only.adviser?.grade ?? 'unknown'}, ${only.adviser?.professionalNumber ?? 'unknown'}`;
    const says = `${name} read the advice (${only.recommendation ?? 'no recommendation'}, by ${by}) and understood it.`;
    return { says, traceId, value: undefined };
  });

/** The adviser puts new advice in the place of the old: who had read that has to acknowledge the new before closing. */
export async function adviseAnew(
  step: Step,
  adviser: Person,
  { session, name }: Person,
  { caseId }: Shared,
): Promise<void> {
  const path = addressOf(caseId);
  const postId = await step('Superseding the advice', async () => {
    const { reply: before } = await adviser.session.must(getCase.reply, 'GET', path);
    const { reply } = await adviser.session.must(addPost.reply, 'POST', `${path}/posts`, {
      kind: 'advice',
      body: caseTexts.adviceAnew,
      recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
      adviser: { grade: 'consultant', professionalNumber: '7012345' },
      supersedes: before.plan,
    });
    const survey = { outcome: 'confirmed-plan', referral: 'contemplated-avoided' };
    const refused = await session.call('POST', `${path}/close`, { survey });
    if (refused.status !== 409) {
      throw new NotAsExpected('closing to wait for an acknowledgement', describe(refused), refused.traceId);
    }
    const says = `${adviser.name} put new advice in the place of the old; ${name}, who had read that, cannot close the case yet.`;
    return { says, traceId: refused.traceId, value: reply.postId };
  });
  await step('Acknowledging the new advice', async () => {
    const { reply, traceId } = await session.must(getCase.reply, 'GET', path);
    if (reply.plan !== postId || reply.unread !== 1 || !reply.toAcknowledge.includes(postId)) {
      throw new NotAsExpected(
        'the new advice as the one plan, unread and to be acknowledged',
        'not so',
        traceId,
      );
    }
    await session.must(acknowledgeAdvice.reply, 'POST', `${path}/posts/${postId}/acknowledgement`, {});
    const says = `${name} read the new advice, which is the one plan now, and acknowledged it.`;
    return { says, traceId, value: undefined };
  });
}
