import {
  caseForm,
  createDraft,
  expectAnswer,
  getDraft,
  publishTemplate,
  type ReplyOf,
} from '@definitivedx/contracts';
import { answered } from './case-texts.js';
import { NotAsExpected } from './failure.js';
import type { Person } from './person.js';
import { describe } from './session.js';
import type { Panel } from './panel.js';
import type { Step } from './step.js';

export type Form = ReplyOf<typeof caseForm>;

/** What a case is sent with for a panel that asks questions of its own. */
export interface Answers {
  readonly redFlags: Readonly<Record<string, boolean>>;
  readonly template: { readonly version: number; readonly answers: object };
}

/** What the panel asks. Published again it is no new version, so that the demo can be played again. */
const asks = {
  redFlags: [
    { code: 'drowsy', question: 'Is the child drowsy or hard to wake?' },
    { code: 'breathing', question: 'Is the child fighting for breath?' },
  ],
  fields: {
    type: 'object',
    properties: { vaccinated: { type: 'string', title: 'Vaccinated?', enum: ['yes', 'no', 'in part'] } },
    required: ['vaccinated'],
  },
} as const;

export const publishQuestions = (step: Step, lead: Person, panel: Panel): Promise<void> =>
  step('Publishing what the panel asks', async () => {
    const path = `/api/v1/panels/${panel.panelId}/template`;
    const { reply, traceId } = await lead.session.must(publishTemplate.reply, 'PUT', path, asks);
    const says = `${lead.name}, who leads ${panel.name}, published what it asks of a case: ${String(reply.redFlags.length)} red flags and ${String(Object.keys(reply.fields.properties).length)} question.`;
    return { says, traceId, value: undefined };
  });

/** The GP reads the form before typing; a "yes" to a red flag is a telephone call and no case. */
export async function readForm(step: Step, { session, name }: Person, panel: Panel): Promise<Answers> {
  const form = await step('Reading the form', async () => {
    const path = `/api/v1/panels/${panel.panelId}/case-form`;
    const { reply, traceId } = await session.must(caseForm.reply, 'GET', path);
    if (reply.template === null || reply.emergency.redFlags.length === 0) {
      throw new NotAsExpected('the questions of the panel in the form', 'none', traceId);
    }
    const required = reply.content['required'];
    const says = `Before typing, ${name} read what a case needs (${Array.isArray(required) ? required.join(', ') : 'nothing'}) and the red flags, with ${reply.emergency.phone ?? 'no number'} to call.`;
    return { says, traceId, value: reply };
  });
  const all = (said: boolean): Record<string, boolean> =>
    Object.fromEntries(form.emergency.redFlags.map(({ code }) => [code, said]));
  const answers = { version: form.template?.version ?? 0, answers: { vaccinated: 'yes' } };
  await step('Answering a red flag with yes', async () => {
    const refused = await session.call('POST', '/api/v1/cases', {
      ...answered,
      attestation: { version: form.duty.version, hash: form.duty.hash },
      audience: [{ kind: 'panel', panelId: panel.panelId }],
      redFlags: { ...all(false), drowsy: true },
      template: answers,
    });
    const { code, detail } = refused.body as { code?: string; detail?: string };
    if (code !== 'emergency' || !detail?.includes(panel.phone)) {
      throw new NotAsExpected('a refusal with the number to call', describe(refused), refused.traceId);
    }
    const says = `A "yes" to a red flag makes no case: ${name} was told "${detail}"`;
    return { says, traceId: refused.traceId, value: undefined };
  });
  return { redFlags: all(false), template: answers };
}

/** What has been typed is kept, encrypted, for its writer alone. */
export const keepDraft = (step: Step, { session, name }: Person): Promise<string> =>
  step('Keeping a draft', async () => {
    const content = { question: answered.question };
    const { reply } = await session.must(createDraft.reply, 'POST', '/api/v1/drafts', { content });
    const { reply: again, traceId } = await session.must(
      getDraft.reply,
      'GET',
      `/api/v1/drafts/${reply.draftId}`,
    );
    if (again.content['question'] !== content.question) {
      throw new NotAsExpected('the draft as it was typed', 'another', traceId);
    }
    const says = `${name} was interrupted; what had been typed was kept, and found again.`;
    return { says, traceId, value: reply.draftId };
  });

/** Who would answer, by when, and whether anybody is looking before that. */
export const whatToExpect = (step: Step, { session, name }: Person, panel: Panel): Promise<void> =>
  step('Telling what to expect', async () => {
    const asked = { audience: [{ kind: 'panel', panelId: panel.panelId }], priority: 'routine' };
    const { reply, traceId } = await session.must(
      expectAnswer.reply,
      'POST',
      '/api/v1/cases/expectation',
      asked,
    );
    return { says: `${name} was told before sending: "${reply.sentence}"`, traceId, value: undefined };
  });
