import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, replyOf, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseEnded,
  revokeGrant,
  shareRevoked,
  type InputOf,
  type ReplyOf,
  type revokeShare as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, notFound } from '@definitivedx/errors';
import { dropGrant, grantRef } from '../data/audience.js';
import {
  caseState,
  endResponsibility,
  lockedCase,
  makeResponsible,
  recordChange,
  setLeadPanel,
} from '../data/cases.js';
import { insertEnding } from '../data/endings.js';
import { note } from '../data/timeline.js';
import { panelsOf, type Candidate } from '../domain/responsible.js';
import { isOpen, move } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { onCallFor, thoseWhoMaySee, whoAnswers } from '../queries/who-answers.js';
import { keepClock } from './keep-clock.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

/** What was true of a case, and what follows from the revoke, as of one version of it. */
interface Findings {
  readonly version: number;
  readonly revoked: ReplyOf<typeof revokeGrant>;
  /** Set when the responsible specialist lost access; `next` is undefined when nobody is left who could answer. */
  readonly handOn: { readonly next: Candidate | undefined } | undefined;
}

const attempts = 5;

/**
 * Ends a grant. Access ends it at once; here the case leaves the lists of whoever it was for, and when its responsible
 * specialist can no longer open it, the next one becomes responsible, or the case is cancelled when nobody is left.
 * Repeating it changes nothing.
 * @throws AppError `not-found` to anyone who does not control the case.
 */
export async function revokeShare(service: ServiceContext, caller: Caller, given: Input): Promise<Reply> {
  const member = asMember(caller);
  const { caseId } = await confirmAccess(service, member, given.caseId, 'audience');
  const input = { ...given, caseId, grantId: given.grantId.toLowerCase() };
  const done = await replyOf<Reply>(service.db, input.commandId, member.memberId);
  if (done) return done.reply;

  // Others are asked before the transaction, not inside it, so that a slow answer holds no connection. A share, revoke
  // or post that is committed meanwhile shows in the version, and the questions are asked again.
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const findings = await revokeAtAccess(service, member, input);
    try {
      return await service.db.transaction((tx) =>
        once(tx, input.commandId, member.memberId, () =>
          write(tx, member, input, findings, service.clock.now()),
        ),
      );
    } catch (error) {
      if (!(error instanceof MovedOn)) throw error;
    }
  }
  throw conflict(
    'Sharing has been ended, but the case is very busy just now. Please repeat this in a moment.',
  );
}

class MovedOn extends Error {}

async function revokeAtAccess(
  service: ServiceContext,
  member: MemberCaller,
  input: Input,
): Promise<Findings> {
  const { caseId, grantId } = input;
  const found = await caseState(service.db, caseId);
  if (!found) throw notFound();
  const { version, status, requesterId, responsibleId } = found;
  const revoked = await service.bus.request(revokeGrant, member, { caseId, grantId });

  if (!isOpen(status) || responsibleId === null) return { version, revoked, handOn: undefined };
  const maySee = await thoseWhoMaySee(service, caseId, [responsibleId]);
  if (maySee.has(responsibleId)) return { version, revoked, handOn: undefined };

  const { answerers } = revoked;
  const onCall = await onCallFor(service, member, panelsOf(answerers));
  return {
    version,
    revoked,
    handOn: { next: await whoAnswers(service, { caseId, requesterId, answerers }, onCall) },
  };
}

async function write(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  { caseId, grantId }: Input,
  { version, revoked, handOn }: Findings,
  now: Date,
): Promise<Reply> {
  const found = await lockedCase(tx, caseId);
  if (found?.version !== version) throw new MovedOn();
  const dropped = await dropGrant(tx, caseId, grantId);
  if (!dropped && !handOn) return { status: found.status, version, responsibleId: found.responsibleId };

  const leftAlone = handOn !== undefined && handOn.next === undefined;
  const status = leftAlone ? (move(found.status, 'nobody-left', 'system') ?? found.status) : found.status;
  const responsibleId = handOn ? (handOn.next?.memberId ?? null) : found.responsibleId;
  if (handOn) {
    const ended = await endResponsibility(tx, caseId, now);
    if (handOn.next) makeResponsible(tx, caseId, handOn.next, ended);
  }
  // A panel that may no longer see the case does not lead it: of those left, the one asked first does.
  const panels = panelsOf(revoked.answerers);
  if (found.leadPanelId !== null && !panels.includes(found.leadPanelId)) {
    await setLeadPanel(tx, caseId, panels[0] ?? null);
  }
  await keepClock(tx, caseId, { before: found.status, after: status, at: now });
  const newVersion = await recordChange(tx, caseId, status);

  note(tx, caseId, { kind: 'share-ended', actorId: memberId, subjectId: grantId, at: now });
  if (handOn?.next) {
    const { memberId: subjectId, reason } = handOn.next;
    note(tx, caseId, { kind: 'responsible', actorId: null, subjectId, detail: { reason }, at: now });
  }
  if (leftAlone) insertEnding(tx, { caseId, status, endedBy: null, at: now });
  if (leftAlone)
    note(tx, caseId, { kind: 'cancelled', actorId: null, detail: { why: 'nobody-left' }, at: now });
  const at = now.toISOString();
  if (leftAlone) emit(tx, caseEnded, caseId, { caseId, status, survey: null, at });
  emit(tx, shareRevoked, caseId, {
    caseId,
    grant: grantRef(grantId, revoked.to),
    responsibleId,
    handedTo: handOn?.next?.memberId ?? null,
    status,
    at,
  });
  const act = { act: 'case.revoke', caseId, memberId, organisationId, subjectId: grantId, at } as const;
  emit(tx, caseActed, caseId, act);
  return { status, version: newVersion, responsibleId };
}
