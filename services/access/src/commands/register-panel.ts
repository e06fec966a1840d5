import { v7 } from 'uuid';
import type { ServiceContext } from '@definitivedx/bus';
import type { Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, registerPanel as contract } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { invalidInput } from '@definitivedx/errors';
import { Organisation, Panel, PanelMember } from '../data/entities.js';
import { placedMembersOf } from '../data/members.js';
import { activatePanel } from '../data/own-panels.js';
import { lockRegistration } from '../data/registration.js';

/**
 * Registers a panel by organisation and name with exactly the given members and the lead, who is always one of them.
 * @throws AppError `invalid-input` for an unknown ODS code or for someone who is not of the organisation.
 */
export async function registerPanel(
  service: ServiceContext,
  _caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { odsCode, memberIds, terms, ...panel } = input;
  return service.db.transaction(async (tx) => {
    await lockRegistration(tx);
    const organisation = await tx.em.findOne(Organisation, { odsCode });
    if (!organisation) {
      throw invalidInput('The panel cannot be registered like this.', [
        { path: 'odsCode', message: `No organisation is registered as ${odsCode}. Register it first.` },
      ]);
    }
    const organisationId = organisation.id;
    await assertOfOrganisation(tx, organisationId, input);
    const { id: panelId } = await tx.em.upsert(
      Panel,
      { id: v7(), organisationId, ...panel, ...(terms && { terms }) },
      { onConflictFields: ['organisationId', 'name'], onConflictExcludeFields: ['id'] },
    );
    activatePanel(tx, panelId);
    const members = [...new Set([panel.leadMemberId, ...memberIds].map((member) => member.toLowerCase()))];
    await tx.em.nativeDelete(PanelMember, { panelId, memberId: { $nin: members } });
    await tx.em.upsertMany(
      PanelMember,
      members.map((memberId) => ({ panelId, organisationId, memberId })),
    );
    return { panelId };
  });
}

async function assertOfOrganisation(
  tx: Transaction,
  organisationId: string,
  { odsCode, leadMemberId, memberIds }: InputOf<typeof contract>,
): Promise<void> {
  const asked = [
    { path: 'leadMemberId', memberId: leadMemberId },
    ...memberIds.map((memberId, place) => ({ path: `memberIds.${String(place)}`, memberId })),
  ];
  const members = await placedMembersOf(
    tx,
    organisationId,
    asked.map((one) => one.memberId),
  );
  const issues = asked
    .filter(({ memberId }) => !members.has(memberId.toLowerCase()))
    .map(({ path }) => ({
      path,
      message: `This person is not an active member of ${odsCode}. Register them there first.`,
    }));
  if (issues.length > 0) throw invalidInput('The panel cannot be registered like this.', issues);
}
