import {
  acceptText,
  anonymisationDuty,
  currentTexts,
  identifyMember,
  listPanels,
} from '@definitivedx/contracts';
import { Session, signIn } from '@definitivedx/demo';
import type { System } from '@definitivedx/stack';

export interface Member {
  readonly session: Session;
  readonly memberId: string;
}

/** Those who ask and answer, signed in and with the texts accepted. */
export interface Clinic {
  readonly gp: Member;
  readonly specialist: Member;
  readonly panelId: string;
}

/** A new case as the API takes it. */
export const newCase = (panelId: string, question: string) => ({
  question,
  history: 'As an invented case has it.',
  ageBand: '2-5 years',
  sex: 'not-relevant',
  intendedAction: 'unsure',
  priority: 'routine',
  consent: { sharing: 'parent-or-carer' },
  attestation: { version: anonymisationDuty.version, hash: anonymisationDuty.hash },
  audience: [{ kind: 'panel', panelId }],
});

/** Signs someone in and accepts the texts for them. */
export async function enter(system: System, person: string): Promise<Member> {
  const session = new Session(system.url);
  await signIn(session, person);
  const { reply } = await session.must(currentTexts.reply, 'GET', '/api/v1/consent-texts');
  for (const { kind, version, hash } of reply.texts) {
    await session.must(acceptText.reply, 'POST', '/api/v1/consents', { kind, version, hash });
  }
  const me = await session.must(identifyMember.reply, 'GET', '/api/v1/me');
  return { session, memberId: me.reply.memberId };
}

export async function openClinic(system: System): Promise<Clinic> {
  const gp = await enter(system, 'gp');
  const specialist = await enter(system, 'specialist-on-call');
  const { reply } = await gp.session.must(listPanels.reply, 'GET', '/api/v1/panels');
  const panel = reply.panels[0];
  if (!panel) throw new Error('the seed registered no panel');
  return { gp, specialist, panelId: panel.panelId };
}
