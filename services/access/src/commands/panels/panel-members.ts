import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  addPanelMembers as adding,
  removePanelMember as removing,
} from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { dropFromPanel, joinPanel, membersOfPanel } from '../../data/own-panels.js';
import { panelRecordOf } from '../../queries/own-panels.js';
import { administer } from '../administer.js';
import { assertActiveMembers, lockOpenPanel } from './keep-panel.js';
import { leadBy, tellOfLeaving } from './leaving.js';

/** Members of a panel at most; the answers that name them stay well within a message. */
export const mostInPanel = 1_000;

/** @throws AppError `conflict` */
export function assertNotTooMany(count: number): void {
  if (count > mostInPanel)
    throw conflict(`A panel has at most ${String(mostInPanel)} members. Make a second one.`);
}

/** Adds members of the organisation to a panel. @throws AppError `invalid-input` for who is no active member. */
export function addPanelMembers(
  service: ServiceContext,
  caller: Caller,
  { panelId, memberIds }: InputOf<typeof adding>,
): Promise<ReplyOf<typeof adding>> {
  return administer(
    service,
    caller,
    { act: 'panel.add-members', subjectId: panelId },
    async (administration) => {
      const { tx, organisationId, now } = administration;
      await lockOpenPanel(administration, panelId);
      const asked = memberIds.map((memberId, place) => ({ path: `memberIds.${String(place)}`, memberId }));
      await assertActiveMembers(administration, asked);
      joinPanel(tx, { panelId, organisationId }, memberIds, now);
      const reply = await panelRecordOf(tx, organisationId, panelId);
      assertNotTooMany(reply.members.length);
      return { reply, detail: { memberIds } };
    },
  );
}

/**
 * Takes a member out of a panel. Repeating it changes nothing.
 * @throws AppError `conflict` for the last one in it, and for the lead without a successor.
 */
export function removePanelMember(
  service: ServiceContext,
  caller: Caller,
  { panelId, memberId, replaceLeadBy }: InputOf<typeof removing>,
): Promise<ReplyOf<typeof removing>> {
  return administer(
    service,
    caller,
    { act: 'panel.remove-member', subjectId: panelId },
    async (administration) => {
      const { tx, organisationId, now } = administration;
      const panel = await lockOpenPanel(administration, panelId);
      const members = await membersOfPanel(tx, panelId);
      if (members.some((member) => member.memberId === memberId)) {
        if (panel.status === 'active' && members.length === 1)
          throw conflict(
            'A panel without members answers nobody. Add somebody else first, or close the panel.',
          );
        if (panel.leadMemberId === memberId) {
          if (replaceLeadBy === undefined)
            throw conflict('This member leads the panel. Name who leads from now on in replaceLeadBy.');
          await leadBy(administration, panelId, replaceLeadBy, memberId);
        }
        await dropFromPanel(tx, panelId, [memberId], now);
        await tellOfLeaving(administration, panelId, [memberId], 'removed');
      }
      return { reply: await panelRecordOf(tx, organisationId, panelId), detail: { memberId } };
    },
  );
}
