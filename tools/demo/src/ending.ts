import { caseAudience, caseReaders, closeCase, copyToRecord, revokeShare } from '@definitivedx/contracts';
import { caseTexts } from './case-texts.js';
import type { Events } from './events.js';
import { NotAsExpected } from './failure.js';
import { acceptTexts, signInAs, type Person } from './person.js';
import { expectHidden, isListed } from './refusals.js';
import type { Panel } from './panel.js';
import type { Shared } from './sharing.js';
import type { Step } from './step.js';

const addressOf = (caseId: string): string => `/api/v1/cases/${caseId}`;

export const copyForRecord = (step: Step, gp: Person, { caseId, code }: Shared): Promise<void> =>
  step('Copying to the record', async () => {
    const path = `${addressOf(caseId)}/record-copy`;
    const { reply, traceId } = await gp.session.must(copyToRecord.reply, 'POST', path);
    const missing = [code, caseTexts.question, caseTexts.advice].filter((text) => !reply.text.includes(text));
    if (missing.length > 0) {
      throw new NotAsExpected('code, question and advice in the text', `it without: ${missing[0]}`, traceId);
    }
    const says = `${gp.name} took the text for the child's own record, with the case code ${reply.code}; that is on record.`;
    return { says, traceId, value: undefined };
  });

export const close = (step: Step, gp: Person, { caseId }: Shared): Promise<void> =>
  step('Closing the case', async () => {
    const survey = {
      outcome: 'new-or-additional-action',
      referral: 'contemplated-avoided',
      comment: caseTexts.comment,
    };
    const path = `${addressOf(caseId)}/close`;
    const { reply, traceId } = await gp.session.must(closeCase.reply, 'POST', path, { survey });
    const says = `${gp.name} answered the two questions (${survey.outcome}, ${survey.referral}); the case is ${reply.status}.`;
    return { says, traceId, value: undefined };
  });

/** The GP sees who has read the case, when, and by which of the relations. */
export const whoHasSeen = (step: Step, gp: Person, readers: readonly Person[], { caseId }: Shared) =>
  step('Seeing who has read the case', async () => {
    const path = `${addressOf(caseId)}/readers`;
    const { reply, traceId } = await gp.session.must(caseReaders.reply, 'GET', path);
    const seen = new Map(reply.readers.map((reader) => [reader.memberId, reader]));
    const missing = readers.find(({ memberId }) => !seen.has(memberId));
    if (missing) throw new NotAsExpected(`${missing.name} among the readers`, 'nobody of that name', traceId);
    const list = reply.readers.map(({ name, via, times }) => `${name} (${via}, ${String(times)} times)`);
    const says = `${gp.name} sees who has read the case: ${list.join('; ')}.`;
    return { says, traceId, value: undefined };
  });

export async function strangerLearnsNothing(
  step: Step,
  publicUrl: string,
  { caseId }: Shared,
): Promise<void> {
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

export async function revoke(
  step: Step,
  gp: Person,
  specialist: Person,
  panel: Panel,
  events: Events,
  { caseId }: Shared,
): Promise<void> {
  await step('Ending the share', async () => {
    const path = `${addressOf(caseId)}/audience`;
    const { reply } = await gp.session.must(caseAudience.reply, 'GET', path);
    const grant = reply.grants.find(({ to, revokedAt }) => to.kind === 'panel' && revokedAt === null);
    if (!grant)
      throw new NotAsExpected("the panel's grant in the audience", `${String(reply.grants.length)} others`);
    const revoked = await gp.session.must(revokeShare.reply, 'DELETE', `${path}/${grant.grantId}`);
    const says = `${gp.name} stopped sharing the case with ${panel.name}.`;
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
