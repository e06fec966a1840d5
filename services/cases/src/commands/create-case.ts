import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, replyOf, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseShared,
  shareCase,
  type InputOf,
  type ReplyOf,
  type createCase as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { invalidInput } from '@definitivedx/errors';
import { fileUnder, fileUnderRequester, grantRef, type Grant } from '../data/audience.js';
import { makeResponsible } from '../data/cases.js';
import { AttestationRow, CaseRow } from '../data/entities.js';
import { releaseIds, reserveIds } from '../data/reserved-ids.js';
import { checkAttestation } from '../domain/attestation.js';
import type { Candidate } from '../domain/responsible.js';
import { bytesOf } from '../domain/room.js';
import { onCallFor, whoAnswers } from '../queries/who-answers.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

interface NewCase {
  readonly caseId: string;
  readonly grants: readonly Grant[];
  readonly responsible: Candidate;
  readonly at: Date;
}

/**
 * Shares a new case. Access learns of it first: until the case is committed here, its grants open nothing, and a
 * retry finds its way back to them through the reserved ids.
 * @throws AppError `conflict` when another text was attested than the one in force; `invalid-input` when the audience
 * is unknown or holds nobody who could answer.
 */
export async function createCase(service: ServiceContext, caller: Caller, input: Input): Promise<Reply> {
  const member = asMember(caller);
  checkAttestation(input.attestation);
  const { caseId, grants } = await reserveIds(service.db, {
    commandId: input.commandId,
    callerId: member.memberId,
    audience: input.audience,
    now: service.clock.now(),
  });
  // After the reservation: it is released with the commit that leaves the reply, so one of the two is always there.
  const done = await replyOf<Reply>(service.db, input.commandId, member.memberId);
  if (done) {
    await releaseIds(service.db, input.commandId);
    return done.reply;
  }

  const responsible = await share(service, member, caseId, grants);
  const created: NewCase = { caseId, grants, responsible, at: service.clock.now() };
  return service.db.transaction((tx) =>
    once(tx, input.commandId, member.memberId, () => write(tx, member, input, created)),
  );
}

/** Opens the case to its audience and finds who answers for it. */
async function share(
  service: ServiceContext,
  member: MemberCaller,
  caseId: string,
  grants: readonly Grant[],
): Promise<Candidate> {
  const panelIds = grants.flatMap(({ entry }) => (entry.kind === 'panel' ? [entry.panelId] : []));
  const [{ answerers }, onCall] = await Promise.all([
    service.bus.request(shareCase, member, { caseId, entries: [...grants] }),
    onCallFor(service, member, panelIds),
  ]);
  const responsible = await whoAnswers(service, { caseId, requesterId: member.memberId, answerers }, onCall);
  if (responsible) return responsible;
  throw invalidInput('Nobody in this audience could answer the case.', [
    { path: 'audience', message: 'Add a panel, or invite a specialist other than yourself.' },
  ]);
}

async function write(tx: Transaction, member: MemberCaller, input: Input, created: NewCase): Promise<Reply> {
  const { caseId, grants, responsible, at } = created;
  const { commandId, attestation, audience: _audience, ...content } = input;
  const { memberId, organisationId } = member;
  await tx.em.insert(CaseRow, {
    id: caseId,
    requesterId: memberId,
    organisationId,
    ...content,
    status: 'awaiting-advice',
    version: 1,
    postCount: 0,
    textBytes: bytesOf(content.question, content.history),
    createdAt: at,
    lastActivityAt: at,
  });
  await tx.em.insert(AttestationRow, { caseId, memberId, ...attestation, attestedAt: at });
  await fileUnderRequester(tx, caseId, memberId, at);
  await fileUnder(tx, caseId, grants, at);
  await makeResponsible(tx, caseId, responsible, at);
  await releaseIds(tx, commandId);

  const moment = at.toISOString();
  const about = { caseId, organisationId, at: moment };
  await emit(tx, caseShared, caseId, {
    ...about,
    requesterId: memberId,
    created: true,
    priority: content.priority,
    responsibleId: responsible.memberId,
    grants: grants.map(({ grantId, entry }) => grantRef(grantId, entry)),
  });
  await emit(tx, caseActed, caseId, { ...about, act: 'case.create', memberId, subjectId: null });
  return {
    caseId,
    status: 'awaiting-advice',
    version: 1,
    responsibleId: responsible.memberId,
    createdAt: moment,
  };
}
