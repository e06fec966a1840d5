import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseAsked,
  caseShared,
  defaultPanelTerms,
  shareCase,
  type InputOf,
  type ReplyOf,
  type createCase as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { invalidInput } from '@definitivedx/errors';
import { fileUnder, fileUnderAsker, grantRef, panelIdsOf, type Grant } from '../data/audience.js';
import { insertCase, makeResponsible } from '../data/cases.js';
import { releaseIds, reserveIds } from '../data/reserved-ids.js';
import { insertClock } from '../data/response-clock.js';
import { note } from '../data/timeline.js';
import { checkAttestation } from '../domain/attestation.js';
import { contentBytes, textsOf } from '../domain/content.js';
import { checkTexts } from '../domain/findings.js';
import { startClock } from '../domain/response-clock.js';
import { candidatesFor, chooseResponsible, type Candidate } from '../domain/responsible.js';
import { onCallFor } from '../queries/who-answers.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

type Panel = ReplyOf<typeof shareCase>['panels'][number];

interface NewCase {
  readonly caseId: string;
  readonly grants: readonly Grant[];
  readonly responsible: Candidate;
  /** Undefined when only people are asked. */
  readonly leadPanel: Panel | undefined;
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
  checkTexts(textsOf(input));
  const { caseId, grants, done } = await reserveIds<Reply>(service.db, {
    commandId: input.commandId,
    callerId: member.memberId,
    audience: input.audience,
    now: service.clock.now(),
  });
  if (done) return done.reply;

  const { responsible, leadPanel } = await share(service, member, {
    caseId,
    grants,
    inviteOnly: input.inviteOnly,
  });
  const created: NewCase = { caseId, grants, responsible, leadPanel, at: service.clock.now() };
  return service.db.transaction((tx) =>
    once(tx, input.commandId, member.memberId, () => write(tx, member, input, created)),
  );
}

/** Opens the case to its audience, and finds who answers for it and the panel that leads: the one asked first. */
async function share(
  service: ServiceContext,
  member: MemberCaller,
  { caseId, grants, inviteOnly }: { caseId: string; grants: readonly Grant[]; inviteOnly: boolean },
): Promise<Pick<NewCase, 'responsible' | 'leadPanel'>> {
  const panelIds = panelIdsOf(grants);
  const onCall = await onCallFor(service, member, panelIds);
  const { answerers, maySee, panels } = await service.bus.request(shareCase, member, {
    caseId,
    entries: [...grants],
    inviteOnly,
    candidates: [...new Set([...onCall.values()].filter((memberId) => memberId !== null))],
  });
  const candidates = candidatesFor(answerers, onCall);
  const responsible = chooseResponsible(candidates, new Set(maySee), member.memberId);
  if (responsible) return { responsible, leadPanel: panels.find(({ panelId }) => panelId === panelIds[0]) };
  throw invalidInput('Nobody in this audience could answer the case.', [
    { path: 'audience', message: 'Add a panel, or invite a specialist other than yourself.' },
  ]);
}

/** By whose terms a case is answered when it is shared with people alone. */
const termsOfPeople = { terms: defaultPanelTerms, calendar: 'england-and-wales' } as const;

async function write(tx: Transaction, member: MemberCaller, input: Input, created: NewCase): Promise<Reply> {
  const { caseId, grants, responsible, leadPanel, at } = created;
  const { commandId, audience: _audience, inviteOnly: _inviteOnly, ...asked } = input;
  const { memberId, organisationId } = member;
  const clock = startClock(leadPanel ?? termsOfPeople, asked.priority, at);
  const code = await insertCase(tx, {
    caseId,
    requesterId: memberId,
    organisationId,
    leadPanelId: leadPanel?.panelId ?? null,
    asked,
    bytes: contentBytes(asked),
    at,
  });
  insertClock(tx, caseId, leadPanel?.panelId ?? null, clock);
  fileUnderAsker(tx, caseId, member, at);
  fileUnder(tx, caseId, grants, at);
  makeResponsible(tx, caseId, responsible, at);
  note(tx, caseId, { kind: 'asked', actorId: memberId, at, detail: { priority: asked.priority } });
  note(tx, caseId, {
    kind: 'responsible',
    actorId: null,
    subjectId: responsible.memberId,
    detail: { reason: responsible.reason },
    at,
  });
  releaseIds(tx, commandId);

  const moment = at.toISOString();
  const about = { caseId, organisationId, at: moment };
  emit(tx, caseShared, caseId, {
    ...about,
    requesterId: memberId,
    created: true,
    priority: asked.priority,
    responsibleId: responsible.memberId,
    grants: grants.map(({ grantId, entry }) => grantRef(grantId, entry)),
  });
  const answerBy = clock.dueAt.toISOString();
  emit(tx, caseAsked, caseId, {
    caseId,
    practiceId: organisationId,
    panel: leadPanel ? { panelId: leadPanel.panelId, organisationId: leadPanel.organisationId } : null,
    priority: asked.priority,
    intendedAction: asked.intendedAction,
    answerBy,
    at: moment,
  });
  emit(tx, caseActed, caseId, { ...about, act: 'case.create', memberId, subjectId: null });
  return {
    caseId,
    status: 'awaiting-advice',
    version: 1,
    responsibleId: responsible.memberId,
    code,
    answerBy,
    createdAt: moment,
  };
}
