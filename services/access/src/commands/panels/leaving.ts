import { emit } from '@definitivedx/bus';
import { mostCasesTold, panelClosed, panelLedAnew, panelLeft, type DataOf } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict } from '@definitivedx/errors';
import { lostCases } from '../../data/decision.js';
import { activeMembersOf } from '../../data/members.js';
import {
  dropFromPanel,
  lockPanelsOf,
  membersOfPanel,
  nextLead,
  ownPanel,
  updatePanel,
  type OwnPanelRow,
} from '../../data/own-panels.js';

/** Where and when panels change. */
export interface Change {
  readonly tx: Transaction;
  readonly organisationId: string;
  readonly now: Date;
}

/** What became of the panels that somebody left. */
export interface Left {
  readonly panelsLeft: readonly string[];
  readonly newLeads: readonly { panelId: string; memberId: string }[];
  readonly panelsClosed: readonly string[];
}

/** Who leads the panels that the leaving member leads: the one named, or whoever there is. */
export type Succession = { readonly by?: string | undefined } | 'whoever-there-is';

/**
 * Takes a member out of all their panels in the organisation. No panel is ever led by somebody who is not active in it: it gets
 * another lead, or closes when nobody is left.
 * @throws AppError `conflict` when a panel they lead has no successor named, or one who cannot lead it.
 */
export async function leaveAllPanels(
  change: Change,
  memberId: string,
  succession: Succession,
): Promise<Left> {
  const { tx, organisationId } = change;
  const panels = await lockPanelsOf(tx, memberId, organisationId);
  const led = panels.filter((panel) => panel.leadMemberId === memberId);
  if (succession !== 'whoever-there-is' && led.length > 0 && succession.by === undefined) {
    const names = led.map((panel) => panel.name).join(', ');
    throw conflict(
      `This member leads ${names}. Name who leads from now on in replaceLeadBy, or end the place as an emergency.`,
    );
  }
  const newLeads: { panelId: string; memberId: string }[] = [];
  const panelsClosed: string[] = [];
  for (const { panelId } of led) {
    const next = succession === 'whoever-there-is' ? await nextLead(tx, panelId, memberId) : succession.by;
    if (next === undefined) {
      // Its rows stay, the lead's among them: who was in a closed panel is part of the record.
      await endPanel(change, panelId, 'nobody-left');
      panelsClosed.push(panelId);
    } else {
      await leadBy(change, panelId, next, memberId);
      newLeads.push({ panelId, memberId: next });
    }
  }
  const left = panels.map((panel) => panel.panelId).filter((panelId) => !panelsClosed.includes(panelId));
  for (const panelId of left) await dropFromPanel(tx, panelId, [memberId], change.now);
  return { panelsLeft: left, newLeads, panelsClosed };
}

/** Has a panel led by another of its members. @throws AppError `conflict` when they are not in it, or not active. */
export async function leadBy(
  { tx, organisationId, now }: Change,
  panelId: string,
  next: string,
  leaving: string | null,
): Promise<void> {
  const panel = await ownPanel(tx, organisationId, panelId);
  const members = await membersOfPanel(tx, panelId);
  const active = await activeMembersOf(tx, organisationId, [next]);
  if (!panel || next === leaving || !active.has(next) || !members.some((one) => one.memberId === next)) {
    throw conflict(
      `The panel ${panel?.name ?? ''} has to be led by an active member who is in it. Add them to the panel first, or name somebody else.`,
    );
  }
  updatePanel(tx, { ...panel, leadMemberId: next }, now);
  emit(tx, panelLedAnew, panelId, {
    panelId,
    organisationId,
    from: panel.leadMemberId,
    to: next,
    at: now.toISOString(),
  });
}

/** Closes a panel, and tells those in it what they lost by that. */
export async function endPanel(
  change: Change,
  panelId: string,
  reason: DataOf<typeof panelClosed>['reason'],
): Promise<void> {
  const { tx, organisationId, now } = change;
  const panel = await ownPanel(tx, organisationId, panelId);
  if (!panel || panel.status === 'closed') return;
  updatePanel(tx, { ...panel, status: 'closed' }, now);
  emit(tx, panelClosed, panelId, { panelId, organisationId, reason, at: now.toISOString() });
  const members = await membersOfPanel(tx, panelId);
  const memberIds = members.map((member) => member.memberId);
  await tellOfLeaving(change, panelId, memberIds, 'panel-closed');
}

/** A panel that nobody is in any more waits for others. */
export async function emptyPanel({ tx, organisationId, now }: Change, panel: OwnPanelRow): Promise<void> {
  updatePanel(tx, { ...panel, status: 'preparing', leadMemberId: null }, now);
  if (panel.status === 'active') {
    emit(tx, panelClosed, panel.panelId, {
      panelId: panel.panelId,
      organisationId,
      reason: 'nobody-left',
      at: now.toISOString(),
    });
  }
}

/** Announces that members have left a panel, with the cases that each of them lost by it. After they have. */
export async function tellOfLeaving(
  { tx, organisationId, now }: Change,
  panelId: string,
  memberIds: readonly string[],
  reason: DataOf<typeof panelLeft>['reason'],
): Promise<void> {
  if (memberIds.length === 0) return;
  const lost =
    reason === 'place-ended'
      ? new Map<string, string[]>()
      : await lostCases(tx, memberIds, { panelId }, now, mostCasesTold);
  for (const memberId of memberIds) {
    emit(tx, panelLeft, panelId, {
      panelId,
      organisationId,
      memberId,
      reason,
      caseIds: lost.get(memberId) ?? [],
      at: now.toISOString(),
    });
  }
}
