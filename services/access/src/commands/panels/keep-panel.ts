import type { Caller } from '@definitivedx/auth';
import { emit, type ServiceContext } from '@definitivedx/bus';
import {
  defaultPanelTerms,
  panelLedAnew,
  type InputOf,
  type ReplyOf,
  type changePanel as changing,
  type closePanel as closing,
  type createPanel as creating,
} from '@definitivedx/contracts';
import { AppError, conflict, invalidInput, notFound, type Issue } from '@definitivedx/errors';
import { v7 } from 'uuid';
import { activeMembersOf } from '../../data/members.js';
import {
  insertPanel,
  joinPanel,
  lockPanel,
  membersOfPanel,
  panelNamed,
  updatePanel,
  type OwnPanelRow,
} from '../../data/own-panels.js';
import { panelRecordOf } from '../../queries/own-panels.js';
import { administer, type Administration } from '../administer.js';
import { changedMeanwhile } from '../members/change-member.js';
import { endPanel } from './leaving.js';

/**
 * Opens a panel of the caller's organisation.
 * @throws AppError `invalid-input` for who is no active member of it, `conflict` for a name that was used.
 */
export function createPanel(
  service: ServiceContext,
  caller: Caller,
  { commandId, memberIds, leadMemberId, terms = defaultPanelTerms, ...given }: InputOf<typeof creating>,
): Promise<ReplyOf<typeof creating>> {
  return administer(service, caller, { act: 'panel.create', commandId }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const panelId = v7();
    await assertActiveMembers(administration, [
      { path: 'leadMemberId', memberId: leadMemberId },
      ...memberIds.map((memberId, place) => ({ path: `memberIds.${String(place)}`, memberId })),
    ]);
    await assertNameFree(administration, given.name, panelId);
    const panel = { panelId, ...given, leadMemberId, terms, status: 'active', externalId: null } as const;
    insertPanel(tx, organisationId, panel, now);
    joinPanel(tx, { panelId, organisationId }, [...new Set([leadMemberId, ...memberIds])], now);
    const reply = await panelRecordOf(tx, organisationId, panelId);
    return {
      reply,
      subjectId: reply.panelId,
      detail: { members: reply.members.length, openTo: given.openTo },
    };
  });
}

/**
 * Changes a panel. One that was being prepared takes cases from then on, once nothing is missing.
 * @throws AppError `not-found`, `version-mismatch`, `conflict` for a closed one or a lead who is not in it.
 */
export function changePanel(
  service: ServiceContext,
  caller: Caller,
  { panelId, expectedVersion, ...changes }: InputOf<typeof changing>,
): Promise<ReplyOf<typeof changing>> {
  return administer(service, caller, { act: 'panel.change', subjectId: panelId }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const panel = await lockOpenPanel(administration, panelId);
    if (expectedVersion !== undefined && expectedVersion !== panel.version) throw changedMeanwhile();
    if (changes.name !== undefined) await assertNameFree(administration, changes.name, panelId);
    if (changes.leadMemberId !== undefined)
      await assertCanLead(administration, panelId, changes.leadMemberId);
    const next = {
      ...panel,
      name: changes.name ?? panel.name,
      specialty: changes.specialty ?? panel.specialty,
      phone: changes.phone ?? panel.phone,
      leadMemberId: changes.leadMemberId ?? panel.leadMemberId,
      openTo: changes.openTo ?? panel.openTo,
      terms: changes.terms ?? panel.terms,
    };
    const complete = next.leadMemberId !== null && next.phone !== '' && next.specialty !== '';
    updatePanel(tx, { ...next, status: complete ? 'active' : panel.status }, now);
    if (next.leadMemberId !== null && next.leadMemberId !== panel.leadMemberId) {
      emit(tx, panelLedAnew, panelId, {
        panelId,
        organisationId,
        from: panel.leadMemberId,
        to: next.leadMemberId,
        at: now.toISOString(),
      });
    }
    const reply = await panelRecordOf(tx, organisationId, panelId);
    return {
      reply,
      detail: { fields: Object.keys(changes), ...(changes.openTo && { openTo: changes.openTo }) },
    };
  });
}

/** Closes a panel: from the reply on nobody sees a case by it. Repeating it changes nothing. */
export function closePanel(
  service: ServiceContext,
  caller: Caller,
  { panelId }: InputOf<typeof closing>,
): Promise<ReplyOf<typeof closing>> {
  return administer(service, caller, { act: 'panel.close', subjectId: panelId }, async (administration) => {
    const { tx, organisationId } = administration;
    if (!(await lockPanel(tx, organisationId, panelId))) throw notFound('panel');
    await endPanel(administration, panelId, 'closed');
    return { reply: await panelRecordOf(tx, organisationId, panelId) };
  });
}

/** A panel of the caller's organisation, locked. @throws AppError `not-found`, `conflict` when it is closed. */
export async function lockOpenPanel(
  { tx, organisationId }: Administration,
  panelId: string,
): Promise<OwnPanelRow> {
  const panel = await lockPanel(tx, organisationId, panelId);
  if (!panel) throw notFound('panel');
  if (panel.status === 'closed') throw conflict('This panel is closed for good. Open a new one instead.');
  return panel;
}

/** @throws AppError `invalid-input` naming each who is no active member of the organisation. */
export async function assertActiveMembers(
  { tx, organisationId }: Administration,
  asked: readonly { readonly path: string; readonly memberId: string }[],
): Promise<void> {
  const active = await activeMembersOf(
    tx,
    organisationId,
    asked.map(({ memberId }) => memberId),
  );
  const issues: Issue[] = asked
    .filter(({ memberId }) => !active.has(memberId))
    .map(({ path }) => ({ path, message: 'This person is not an active member of your organisation.' }));
  if (issues.length > 0) throw invalidInput('A panel has only active members of its organisation.', issues);
}

/** @throws AppError `conflict` when another panel of the organisation has, or had, the name. */
export async function assertNameFree(
  { tx, organisationId }: Administration,
  name: string,
  panelId: string,
): Promise<void> {
  const status = await panelNamed(tx, organisationId, name, panelId);
  if (status === undefined) return;
  const message =
    status === 'closed'
      ? 'A panel of this name was closed. Give the new one another name, so that nobody takes one for the other.'
      : 'Your organisation has a panel of this name already.';
  throw new AppError('conflict', message, {
    issues: [
      { path: 'name', message },
      { path: 'scimType', message: 'uniqueness' },
    ],
  });
}

async function assertCanLead(
  { tx, organisationId }: Administration,
  panelId: string,
  memberId: string,
): Promise<void> {
  const members = await membersOfPanel(tx, panelId);
  const active = await activeMembersOf(tx, organisationId, [memberId]);
  if (active.has(memberId) && members.some((member) => member.memberId === memberId)) return;
  throw conflict('A panel is led by an active member who is in it. Add them to the panel first.');
}
