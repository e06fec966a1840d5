import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, replyOf, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseConsulted,
  panelsByIds,
  type InputOf,
  type ReplyOf,
  type consultPanel as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, forbidden, invalidInput, notFound } from '@definitivedx/errors';
import { v5, v7 } from 'uuid';
import { filedPanels } from '../data/audience.js';
import { caseState, recordActivity, type CaseState } from '../data/cases.js';
import { insertConsultation } from '../data/consultations.js';
import { note } from '../data/timeline.js';
import { checkTexts } from '../domain/findings.js';
import { controls } from '../domain/posting.js';
import { startClock } from '../domain/response-clock.js';
import { bytesOf, checkRoom } from '../domain/room.js';
import { isOpen } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { openConsultations } from './keep-consultations.js';
import { shareFurther } from './share-further.js';
import { heldCase } from './held-case.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;
type Panel = ReplyOf<typeof panelsByIds>['panels'][number];

/** The share that goes with a consultation has a command id of its own, the same one at each attempt. */
const ofSharing = '3b4f5d3c-8f0e-5a35-9d0d-6b1f6e0f7a11';

/**
 * Asks another panel in, with a clock of its own. The asking side may ask any panel, which then sees the case; who sees
 * it is theirs to say, so that the responsible specialist asks only one that does already.
 * @throws AppError `forbidden` to anyone else who may see it; `conflict` when the panel leads it, has not answered yet,
 * or the case has ended; `invalid-input` for a panel that takes no cases.
 */
export async function consultPanel(service: ServiceContext, caller: Caller, input: Input): Promise<Reply> {
  const member = asMember(caller);
  const access = await confirmAccess(service, member, input.caseId, 'post');
  const { caseId, via } = access;
  checkTexts({ question: input.question });
  const done = await replyOf<Reply>(service.db, input.commandId, member.memberId);
  if (done) return done.reply;

  const found = await caseState(service.db, caseId);
  if (!found) throw notFound();
  if (!controls(via) && found.responsibleId !== member.memberId)
    throw forbidden(
      'Other panels are asked in by who shared this case, or by the specialist who answers for it.',
    );
  assertConsultable(found, input.panelId);
  const { panels } = await service.bus.request(panelsByIds, member, { panelIds: [input.panelId] });
  const [panel] = panels;
  if (!panel)
    throw invalidInput('This panel cannot be asked.', [
      { path: 'panelId', message: 'Choose a panel that takes cases.' },
    ]);
  if (!(await filedPanels(service.db, caseId, service.clock.now())).includes(panel.panelId)) {
    if (!controls(via))
      throw forbidden(
        'This panel does not see the case, and who sees it is for the asking side to say. Ask them, in a question, to ask the panel in.',
      );
    const audience = [{ kind: 'panel', panelId: panel.panelId }] as const;
    await shareFurther(service, caller, {
      commandId: v5(input.commandId, ofSharing),
      caseId,
      audience: [...audience],
    });
  }
  return service.db.transaction((tx) =>
    once(tx, input.commandId, member.memberId, async () => {
      const current = await heldCase(tx, access);
      assertConsultable(current, panel.panelId);
      return write(tx, member, { ...input, caseId }, panel, current, service.clock.now());
    }),
  );
}

function assertConsultable({ status, leadPanelId }: CaseState, panelId: string): void {
  if (!isOpen(status))
    throw conflict('This case has ended, and no panel can be asked in. Please share a new one.');
  if (leadPanelId === null)
    throw conflict('No panel leads this case yet. Share it with the panel, which then leads it.');
  if (leadPanelId === panelId) throw conflict('This panel leads the case: write to it in the discussion.');
}

async function write(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  { caseId, question }: Input,
  panel: Panel,
  { status, priority, textBytes }: CaseState,
  now: Date,
): Promise<Reply> {
  const { panelId } = panel;
  if ((await openConsultations(tx, caseId)).some((one) => one.panelId === panelId))
    throw conflict('This panel was asked in already, and has not answered yet.');
  const bytes = bytesOf(question);
  checkRoom(textBytes, bytes);
  const consultationId = v7();
  const clock = startClock(panel, priority, now);
  insertConsultation(tx, { consultationId, caseId, panelId, question, bytes, askedBy: memberId, clock });
  const { version } = await recordActivity(tx, caseId, status, now);
  note(tx, caseId, { kind: 'consulted', actorId: memberId, subjectId: panelId, at: now });
  const at = now.toISOString();
  const answerBy = clock.dueAt.toISOString();
  emit(tx, caseConsulted, caseId, { caseId, consultationId, panelId, askedBy: memberId, answerBy, at });
  const act = { act: 'case.consult', caseId, memberId, organisationId, subjectId: panelId, at } as const;
  emit(tx, caseActed, caseId, act);
  return { consultationId, answerBy, version };
}
