import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  panelsByIds,
  type InputOf,
  type ReplyOf,
  type copyToRecord as contract,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { v7 } from 'uuid';
import { caseState, lockedCase } from '../data/cases.js';
import { copyTaken, takeCopy } from '../data/closing.js';
import { note } from '../data/timeline.js';
import { recordText } from '../domain/record-text.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { openedByAskingSide } from './mark-read.js';

/**
 * Takes the text for the child's own record, of an open case or an ended one, and records that it was taken. A repeat
 * says the same again: the ledger keeps which copy it was, and its words stay where they are.
 * @throws AppError `not-found` to anyone but the requester and their practice's cover.
 */
export async function copyToRecord(
  service: ServiceContext,
  caller: Caller,
  { commandId, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const { caseId } = await confirmAccess(service, member, input.caseId, 'record-copy');
  const found = await caseState(service.db, caseId);
  if (!found) throw notFound();
  const { leadPanelId } = found;
  const panelName = leadPanelId === null ? null : await nameOf(service, leadPanelId);

  const { copyId } = await service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      // Held, so that nothing is superseded between: who copied the old has to acknowledge the new.
      await lockedCase(tx, caseId);
      const taking = { copyId: v7(), caseId, memberId, panelName, at: service.clock.now() };
      const taken = await takeCopy(tx, taking);
      if (!taken) throw notFound();
      const { adviceId: postId } = taken;
      if (postId !== null) await openedByAskingSide(tx, { caseId, memberId, postId, at: taking.at });
      note(tx, caseId, {
        kind: 'copied-to-record',
        actorId: memberId,
        subjectId: taken.adviceId,
        at: taking.at,
      });
      emit(tx, caseActed, caseId, {
        act: 'case.record-copy',
        caseId,
        memberId,
        organisationId,
        subjectId: taken.adviceId,
        at: taking.at.toISOString(),
      });
      return { copyId: taking.copyId };
    }),
  );
  const copy = await copyTaken(service.db, copyId);
  if (!copy) throw notFound();
  return {
    text: recordText(copy),
    code: copy.code,
    adviceId: copy.adviceId,
    takenAt: copy.takenAt.toISOString(),
  };
}

/** The name of a panel; null for one that has been closed since. */
async function nameOf({ bus }: ServiceContext, panelId: string): Promise<string | null> {
  const { panels } = await bus.request(panelsByIds, await bus.self(), { panelIds: [panelId] });
  return panels[0]?.name ?? null;
}
