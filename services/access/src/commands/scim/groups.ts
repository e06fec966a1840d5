import { v7 } from 'uuid';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  defaultPanelTerms,
  type InputOf,
  type ScimResource,
  type scimCreate,
  type scimDelete,
  type scimPatch,
  type scimReplace,
} from '@definitivedx/contracts';
import type { Queryable } from '@definitivedx/db';
import { AppError, notFound } from '@definitivedx/errors';
import {
  dropFromPanel,
  insertPanel,
  joinPanel,
  lockPanel,
  membersOfPanel,
  nextLead,
  ownPanel,
  updatePanel,
  type OwnPanelRow,
} from '../../data/own-panels.js';
import { idOf, type Json, type JsonObject } from '../../domain/scim/attributes.js';
import { readGroup, type ScimGroup } from '../../domain/scim/group.js';
import { applyPatch } from '../../domain/scim/patch.js';
import { refusal } from '../../domain/scim/refusal.js';
import { administer, type Administration } from '../administer.js';
import { changedMeanwhile } from '../members/change-member.js';
import { assertActiveMembers, assertNameFree } from '../panels/keep-panel.js';
import { assertNotTooMany } from '../panels/panel-members.js';
import { emptyPanel, endPanel, leadBy, tellOfLeaving } from '../panels/leaving.js';

type Without<T> = Omit<T, 'kind'>;

/** A panel as SCIM says it; `members` is left out when nobody asked for them. */
export const toGroup = (
  panel: OwnPanelRow,
  members: readonly { memberId: string }[] | undefined,
): ScimResource => ({
  id: panel.panelId,
  ...(panel.externalId === null ? {} : { externalId: panel.externalId }),
  displayName: panel.name,
  ...(members && {
    members: members.map(({ memberId }) => ({ value: memberId, type: 'User' })),
  }),
  meta: {
    resourceType: 'Group',
    created: panel.createdAt.toISOString(),
    lastModified: panel.changedAt.toISOString(),
    version: `W/"${String(panel.version)}"`,
  },
});

/** A group of the organisation. @throws AppError `not-found` for a closed panel too. */
export async function getGroup(
  db: Queryable,
  organisationId: string,
  panelId: string,
): Promise<ScimResource> {
  const panel = await ownPanel(db, organisationId, panelId);
  if (!panel || panel.status === 'closed') throw notFound('group');
  return toGroup(panel, await membersOfPanel(db, panelId));
}

/**
 * Prepares a panel. It takes no cases before an administrator has named its lead, specialty and phone number: a directory knows none
 * of them, and a question must never go where nobody answers.
 */
export function createGroup(
  service: ServiceContext,
  caller: Caller,
  { commandId, resource }: Without<InputOf<typeof scimCreate>>,
): Promise<ScimResource> {
  return administer(service, caller, { act: 'scim.group.create', commandId }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const group = readGroup(resource);
    const panelId = v7();
    await assertNameFree(administration, group.displayName, panelId);
    await assertMembers(administration, group.memberIds);
    insertPanel(
      tx,
      organisationId,
      {
        panelId,
        name: group.displayName,
        specialty: '',
        phone: '',
        status: 'preparing',
        openTo: 'own-organisation',
        leadMemberId: null,
        externalId: group.externalId,
        terms: defaultPanelTerms,
      },
      now,
    );
    if (group.memberIds.length > 0) joinPanel(tx, { panelId, organisationId }, group.memberIds, now);
    const reply = await getGroup(tx, organisationId, panelId);
    return { reply, subjectId: idOf(reply) };
  });
}

/** Replaces a group. @throws AppError `not-found`, `conflict` */
export const replaceGroup = (
  service: ServiceContext,
  caller: Caller,
  { id, version, resource }: Without<InputOf<typeof scimReplace>>,
): Promise<ScimResource> =>
  changeGroup(service, caller, { act: 'scim.group.replace', id, version }, () => resource);

/** Changes a group by operations. @throws AppError `not-found`, `conflict`, `invalid-input` with SCIM's keyword */
export const patchGroup = (
  service: ServiceContext,
  caller: Caller,
  { id, version, operations }: Without<InputOf<typeof scimPatch>>,
): Promise<ScimResource> =>
  changeGroup(service, caller, { act: 'scim.group.patch', id, version }, (before) =>
    applyPatch('Group', before, operations),
  );

interface Change {
  readonly act: string;
  readonly id: string;
  readonly version: number | undefined;
}

function changeGroup(
  service: ServiceContext,
  caller: Caller,
  { act, id: panelId, version }: Change,
  next: (before: JsonObject) => JsonObject,
): Promise<ScimResource> {
  return administer(service, caller, { act, subjectId: panelId }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const panel = await locked(administration, panelId, version);
    const memberIds = (await membersOfPanel(tx, panelId)).map((member) => member.memberId);
    const before: Record<string, Json> = {
      displayName: panel.name,
      ...(panel.externalId === null ? {} : { externalId: panel.externalId }),
      members: memberIds.map((value) => ({ value })),
    };
    const group = readGroup(next(before));
    if (group.displayName !== panel.name) await assertNameFree(administration, group.displayName, panelId);
    if (group.displayName !== panel.name || group.externalId !== panel.externalId)
      updatePanel(tx, { ...panel, name: group.displayName, externalId: group.externalId }, now);
    const detail = await changeMembers(administration, panelId, memberIds, group);
    return { reply: await getGroup(tx, organisationId, panelId), detail };
  });
}

/** Brings a panel's members to what the group has; its lead is whoever there is when they are not in it any more. */
async function changeMembers(
  administration: Administration,
  panelId: string,
  had: readonly string[],
  { memberIds }: ScimGroup,
): Promise<{ joined: readonly string[]; left: readonly string[] }> {
  const { tx, organisationId, now } = administration;
  const joined = memberIds.filter((memberId) => !had.includes(memberId));
  const left = had.filter((memberId) => !memberIds.includes(memberId));
  await assertMembers(administration, joined);
  assertNotTooMany(memberIds.length);
  if (joined.length > 0) joinPanel(tx, { panelId, organisationId }, joined, now);
  if (left.length > 0) {
    await dropFromPanel(tx, panelId, left, now);
    const panel = await ownPanel(tx, organisationId, panelId);
    const led = panel?.leadMemberId ?? null;
    if (panel && led !== null && left.includes(led)) {
      const lead = await nextLead(tx, panelId, led);
      if (lead === undefined) await emptyPanel(administration, panel);
      else await leadBy(administration, panelId, lead, led);
    }
    await tellOfLeaving(administration, panelId, left, 'removed');
  }
  return { joined, left };
}

/** @throws AppError `invalid-input` with `invalidValue` */
async function assertMembers(administration: Administration, memberIds: readonly string[]): Promise<void> {
  try {
    await assertActiveMembers(
      administration,
      memberIds.map((memberId) => ({ path: 'members', memberId })),
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid-input') throw error;
    throw refusal(
      'invalidValue',
      'Members of a group are active users of the same organisation, by their id.',
    );
  }
}

async function locked(
  { tx, organisationId }: Administration,
  panelId: string,
  version: number | undefined,
): Promise<OwnPanelRow> {
  const panel = await lockPanel(tx, organisationId, panelId);
  if (!panel || panel.status === 'closed') throw notFound('group');
  if (version !== undefined && version !== panel.version) throw changedMeanwhile();
  return panel;
}

/** Closes the panel for good. */
export function deleteGroup(
  service: ServiceContext,
  caller: Caller,
  { id: panelId, version }: Without<InputOf<typeof scimDelete>>,
): Promise<Record<string, never>> {
  return administer(
    service,
    caller,
    { act: 'scim.group.delete', subjectId: panelId },
    async (administration) => {
      await locked(administration, panelId, version);
      await endPanel(administration, panelId, 'closed');
      return { reply: {} };
    },
  );
}
