import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  panelsByIds,
  responsibilityMoved,
  type CaseStatus,
  type InputOf,
  type ReplyOf,
  type acceptHandOver as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, forbidden, notFound, type AppError } from '@definitivedx/errors';
import { caseState, endResponsibility, makeResponsible, recordChange } from '../data/cases.js';
import { note } from '../data/timeline.js';
import { asks } from '../domain/posting.js';
import { isOpen } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { onCallFor } from '../queries/who-answers.js';
import { heldCase } from './held-case.js';

type Reply = ReplyOf<typeof contract>;
type Reason = 'hand-over' | 'take-over';

/** By what a member may become responsible for the cases of a panel now; undefined when they may not. */
interface Standing {
  readonly panelId: string | null;
  readonly reason: Reason | undefined;
}

/**
 * Makes the caller responsible for a case: the doctor on call for its lead panel now, or that panel's lead. The former
 * responsibility ends and the new one begins at one instant, in one transaction. Who is responsible already stays so.
 * @throws AppError `forbidden` to anyone else who may see the case; `conflict` when it has ended.
 */
export async function acceptHandOver(
  service: ServiceContext,
  caller: Caller,
  { commandId, ...input }: InputOf<typeof contract>,
): Promise<Reply> {
  const member = asMember(caller);
  const access = await confirmAccess(service, member, input.caseId, 'hand-over');
  const { caseId, via } = access;
  if (asks(via) || !member.roles.includes('specialist')) throw notTheirs();
  const found = await caseState(service.db, caseId);
  if (!found) throw notFound();
  const standing = await standingOf(service, member, found.leadPanelId);

  return service.db.transaction((tx) =>
    once(tx, commandId, member.memberId, async () => {
      const current = await heldCase(tx, access);
      const { status, version, leadPanelId, responsibleId, responsibleSince } = current;
      if (!isOpen(status) || responsibleId === null || responsibleSince === null) {
        throw conflict('This case has ended, so that nobody has to take it on.');
      }
      if (responsibleId === member.memberId) {
        return { responsibleId, since: responsibleSince.toISOString(), version };
      }
      if (leadPanelId !== standing.panelId) {
        throw conflict('Another panel has come to lead this case just now. Please try again.');
      }
      if (standing.reason === undefined) throw notTheirs();
      const { reason } = standing;
      const now = service.clock.now();
      return take(tx, member, { caseId, fromMemberId: responsibleId, reason, status, now });
    }),
  );
}

async function take(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  of: { caseId: string; fromMemberId: string; reason: Reason; status: CaseStatus; now: Date },
): Promise<Reply> {
  const { caseId, fromMemberId, reason } = of;
  const since = await endResponsibility(tx, caseId, of.now);
  makeResponsible(tx, caseId, { memberId, reason }, since);
  const version = await recordChange(tx, caseId, of.status);
  note(tx, caseId, {
    kind: 'responsible',
    actorId: memberId,
    subjectId: memberId,
    detail: { reason },
    at: since,
  });
  const at = since.toISOString();
  emit(tx, responsibilityMoved, caseId, { caseId, fromMemberId, toMemberId: memberId, reason, at });
  const act = { act: 'case.hand-over', caseId, memberId, organisationId, subjectId: null, at } as const;
  emit(tx, caseActed, caseId, act);
  return { responsibleId: memberId, since: at, version };
}

async function standingOf(
  service: ServiceContext,
  member: MemberCaller,
  panelId: string | null,
): Promise<Standing> {
  if (panelId === null) return { panelId, reason: undefined };
  const [onCall, { panels }] = await Promise.all([
    onCallFor(service, member, [panelId]),
    service.bus.request(panelsByIds, member, { panelIds: [panelId] }),
  ]);
  if (onCall.get(panelId) === member.memberId) return { panelId, reason: 'hand-over' };
  return { panelId, reason: panels[0]?.leadMemberId === member.memberId ? 'take-over' : undefined };
}

const notTheirs = (): AppError =>
  forbidden(
    "A case is taken on by the doctor who is on call for its lead panel now, or by that panel's lead. If the shift is yours, take it over first.",
  );
