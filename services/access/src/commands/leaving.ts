import { createHash, randomBytes } from 'node:crypto';
import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  approveCaseExport as approveContract,
  getLeaving as getContract,
  leave as leaveContract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, forbidden, invalidInput, notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit, appendAuditWith } from '../data/audit.js';
import {
  dropLeaving,
  dutiesIn,
  leavingOf,
  lockLeaving,
  markCasesApproved,
  markCasesAsked,
  putLeaving,
  toLeaving,
  type LeavingRow,
} from '../data/leaving.js';
import { administer } from './administer.js';

type Leaving = ReplyOf<typeof getContract>;

/**
 * Says that the caller's organisation leaves. Asking again replaces date, reason and token; what was confirmed and
 * approved stands.
 * @throws AppError `invalid-input` for a day that has passed
 */
export function leave(
  service: ServiceContext,
  caller: Caller,
  { leavesOn, reason }: InputOf<typeof leaveContract>,
): Promise<ReplyOf<typeof leaveContract>> {
  const { memberId } = asMember(caller);
  return administer(service, caller, { act: 'organisation.leave' }, async ({ tx, organisationId, now }) => {
    if (leavesOn < now.toISOString().slice(0, 10)) {
      throw invalidInput('This day has passed.', [
        { path: 'leavesOn', message: 'Choose today or a later day.' },
      ]);
    }
    const exportToken = `ddxe_${randomBytes(32).toString('base64url')}`;
    const tokenHash = createHash('sha256').update(exportToken).digest('hex');
    putLeaving(tx, { organisationId, reason, leavesOn, at: now, by: memberId, tokenHash });
    const kept = await mustBe(tx, organisationId);
    return {
      reply: { ...toLeaving(kept), exportToken },
      subjectId: organisationId,
      detail: { reason, leavesOn },
    };
  });
}

/** Takes the leaving back, and with it every export. @throws AppError `not-found` when the organisation does not leave. */
export function stay(service: ServiceContext, caller: Caller): Promise<Record<string, never>> {
  return administer(service, caller, { act: 'organisation.stay' }, async ({ tx, organisationId }) => {
    await mustBe(tx, organisationId);
    dropLeaving(tx, organisationId);
    return { reply: {}, subjectId: organisationId };
  });
}

/** Asks for the content of cases in the export. Asking for what is approved changes nothing. */
export function askForCaseExport(service: ServiceContext, caller: Caller): Promise<Leaving> {
  const { memberId } = asMember(caller);
  return administer(service, caller, { act: 'case-export.ask' }, async ({ tx, organisationId, now }) => {
    await mustBe(tx, organisationId);
    markCasesAsked(tx, organisationId, memberId, now);
    return { reply: toLeaving(await mustBe(tx, organisationId)), subjectId: organisationId };
  });
}

const notTheirs = () =>
  forbidden(
    'Only a governance lead of the organisation may approve that the content of its cases is exported. Ask its administrator who that is.',
  );

/**
 * Approves what an administrator asked for. Four eyes: whoever asked cannot approve it, whatever else they are.
 * @throws AppError `forbidden` for who is no governance lead or asked for it; `conflict` when nobody asked.
 */
export async function approveCaseExport(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof approveContract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const now = service.clock.now();
  const line = {
    ...{ at: now, actor: actorOf(member), act: 'case-export.approve' },
    ...{ subjectId: organisationId, traceId: currentTraceId() },
  };
  const approved = await service.db.transaction(async (tx) => {
    const row = await lockLeaving(tx, organisationId);
    if (!(await dutiesIn(tx, memberId, organisationId)).governs) return undefined;
    if (!row) throw notLeaving();
    if (row.casesApprovedAt) return row;
    if (row.casesAskedBy === null)
      throw conflict('Nobody has asked for it. An administrator of the organisation asks first.');
    if (row.casesAskedBy === memberId) return undefined;
    markCasesApproved(tx, organisationId, memberId, now);
    appendAuditWith(tx, { ...line, outcome: 'allowed' });
    return mustBe(tx, organisationId);
  });
  if (approved) return toLeaving(approved);
  await appendAudit(service.db, { ...line, outcome: 'refused' });
  throw notTheirs();
}

/** How far the leaving is. @throws AppError `forbidden` for who neither administers nor governs the organisation. */
export async function getLeaving(service: ServiceContext, caller: Caller): Promise<Leaving> {
  const { memberId, organisationId } = asMember(caller);
  const { governs, administers } = await dutiesIn(service.db, memberId, organisationId);
  if (!governs && !administers)
    throw forbidden('This is for the administrators and governance leads of the organisation.');
  const row = await leavingOf(service.db, organisationId);
  if (!row) throw notLeaving();
  return toLeaving(row);
}

const notLeaving = () => notFound('leaving');

async function mustBe(tx: Transaction, organisationId: string): Promise<LeavingRow> {
  const row = await leavingOf(tx, organisationId);
  if (!row) throw notLeaving();
  return row;
}
