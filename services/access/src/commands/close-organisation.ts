import type { Caller } from '@definitivedx/auth';
import { emit, type ServiceContext } from '@definitivedx/bus';
import {
  mostCasesTold,
  organisationClosed,
  placeEnded,
  type InputOf,
  type ReplyOf,
  type closeOrganisation as closeContract,
  type confirmLeaving as confirmContract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { lostCases } from '../data/decision.js';
import { assertOperator } from '../data/directory.js';
import {
  leavingOf,
  lockLeaving,
  markClosed,
  markConfirmed,
  membersToLeave,
  toLeaving,
} from '../data/leaving.js';
import { ownPanels } from '../data/own-panels.js';
import { endPanel } from './panels/leaving.js';

/** Confirms that an organisation leaves. @throws AppError `not-found` when it does not. */
export async function confirmLeaving(
  service: ServiceContext,
  caller: Caller,
  { organisationId }: InputOf<typeof confirmContract>,
): Promise<ReplyOf<typeof confirmContract>> {
  await assertOperator(service.db, caller);
  const now = service.clock.now();
  return service.db.transaction(async (tx) => {
    const row = await lockLeaving(tx, organisationId);
    if (!row) throw notFound('leaving');
    if (row.confirmedAt) return toLeaving(row);
    markConfirmed(tx, organisationId, now);
    audit(tx, caller, 'organisation.confirm-leaving', organisationId, now);
    return toLeaving({ ...row, confirmedAt: now });
  });
}

/**
 * Closes an organisation: from the commit on nobody acts for it. Everybody whose place ends, and everybody in its panels,
 * is told what they lost.
 * @throws AppError `not-found` when it does not leave; `conflict` before it is confirmed, and before its day.
 */
export async function closeOrganisation(
  service: ServiceContext,
  caller: Caller,
  { organisationId }: InputOf<typeof closeContract>,
): Promise<ReplyOf<typeof closeContract>> {
  await assertOperator(service.db, caller);
  const now = service.clock.now();
  return service.db.transaction(async (tx) => {
    const row = await lockLeaving(tx, organisationId);
    if (!row) throw notFound('leaving');
    if (row.closedAt) return toLeaving(row);
    if (!row.confirmedAt) throw conflict('Confirm first that this organisation leaves.');
    if (now.toISOString().slice(0, 10) < row.leavesOn)
      throw conflict(
        `This organisation leaves on ${row.leavesOn}. Close it then, or have it name an earlier day.`,
      );
    const change = { tx, organisationId, now };
    for (const { panelId } of await ownPanels(tx, organisationId)) await endPanel(change, panelId, 'closed');
    const memberIds = await membersToLeave(tx, organisationId);
    markClosed(tx, organisationId, now);
    const lost = await lostCases(tx, memberIds, { organisationId }, now, mostCasesTold);
    for (const memberId of memberIds) {
      emit(tx, placeEnded, memberId, {
        ...{ memberId, organisationId, reason: 'removed', caseIds: lost.get(memberId) ?? [] },
        at: now.toISOString(),
      });
    }
    emit(tx, organisationClosed, organisationId, { organisationId, at: now.toISOString() });
    audit(tx, caller, 'organisation.close', organisationId, now);
    const closed = await leavingOf(tx, organisationId);
    return toLeaving(closed ?? row);
  });
}

const audit = (tx: Transaction, caller: Caller, act: string, organisationId: string, at: Date): void =>
  appendAuditWith(tx, {
    ...{ at, actor: actorOf(caller), act, outcome: 'allowed', subjectId: organisationId },
    traceId: currentTraceId(),
  });
