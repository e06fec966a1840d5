import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseAsked,
  caseShared,
  shareCase,
  type InputOf,
  type RedFlagAnswers,
  type ReplyOf,
  type TemplateAnswers,
  type createCase as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { fileUnder, fileUnderAsker, grantRef, type Grant } from '../data/audience.js';
import { insertCase, makeResponsible } from '../data/cases.js';
import { deleteDraft } from '../data/drafts.js';
import { releaseIds, reserveIds } from '../data/reserved-ids.js';
import { insertClock } from '../data/response-clock.js';
import { lookingUpTemplate, type AnsweredTemplate, type TemplateRow } from '../data/templates.js';
import { note } from '../data/timeline.js';
import { checkAttestation } from '../domain/attestation.js';
import { contentBytes, reasonsOf, textsOf } from '../domain/content.js';
import { checkTexts } from '../domain/findings.js';
import { checkForm, emergency, saidYes } from '../domain/template.js';
import { panelToAsk } from '../queries/panel-to-ask.js';
import { checkAnswers } from './check-answers.js';
import { clockFor, openCase, type Opened } from './open-case.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

interface NewCase extends Pick<Opened, 'responsible' | 'leadPanel'> {
  readonly caseId: string;
  readonly grants: readonly Grant[];
  readonly answered: AnsweredTemplate | undefined;
  readonly at: Date;
}

/**
 * Shares a new case. Access learns of it first: until the case is committed here, its grants open nothing, and a
 * retry finds its way back to them through the reserved ids.
 * @throws AppError `conflict` when another text was attested than the one in force; `invalid-input` when the audience
 * is unknown or holds nobody who could answer, or when the form of the panel is not answered; `emergency` when a red
 * flag is.
 */
export async function createCase(service: ServiceContext, caller: Caller, input: Input): Promise<Reply> {
  const member = asMember(caller);
  const [leadPanelId = null] = input.audience.flatMap((entry) =>
    entry.kind === 'panel' ? [entry.panelId] : [],
  );
  // First of all, whatever else may be wrong with the case.
  const yes = saidYes(input.redFlags);
  if (yes.length > 0) throw emergency(yes, await phoneOf(service, member, leadPanelId));
  checkAttestation(input.attestation);
  checkTexts({ ...textsOf(input), ...reasonsOf(input.audience) });
  const command = {
    commandId: input.commandId,
    callerId: member.memberId,
    audience: input.audience,
    now: service.clock.now(),
  };
  const {
    caseId,
    grants,
    done,
    beside: [template],
  } = await reserveIds<Reply, TemplateRow>(service.db, command, lookingUpTemplate(leadPanelId));
  // What a repeat answered may have changed since.
  if (done) return done.reply;
  checkForm(template, input);
  const answered = template && input.template && answersTo(template, input.template, input.redFlags);

  const { responsible, leadPanel } = await openCase(
    service,
    member,
    { caseId, grants, inviteOnly: input.inviteOnly },
    (sharing) => service.bus.request(shareCase, member, sharing),
  );
  const created: NewCase = { caseId, grants, responsible, leadPanel, answered, at: service.clock.now() };
  return service.db.transaction((tx) =>
    once(tx, input.commandId, member.memberId, () => write(tx, member, input, created)),
  );
}

/** The number to call instead of asking a panel; null when none can be had. */
async function phoneOf(
  service: ServiceContext,
  member: MemberCaller,
  panelId: string | null,
): Promise<string | null> {
  if (panelId === null) return null;
  try {
    return (await panelToAsk(service, member, panelId))?.phone ?? null;
  } catch {
    // Whoever has an emergency is to be told to call, not that something cannot be reached.
    return null;
  }
}

function answersTo(
  template: TemplateRow,
  given: TemplateAnswers,
  redFlags: RedFlagAnswers,
): AnsweredTemplate {
  checkAnswers(template, given);
  return { panelId: template.panelId, version: template.version, answers: given.answers, redFlags };
}

async function write(tx: Transaction, member: MemberCaller, input: Input, created: NewCase): Promise<Reply> {
  const { caseId, grants, responsible, leadPanel, answered, at } = created;
  const { commandId, ...asked } = input;
  const { memberId, organisationId } = member;
  const clock = clockFor(leadPanel, asked.priority, at);
  const code = await insertCase(tx, {
    caseId,
    requesterId: memberId,
    organisationId,
    leadPanelId: leadPanel?.panelId ?? null,
    asked,
    answered,
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
  if (input.draftId !== undefined) deleteDraft(tx, { draftId: input.draftId, memberId });

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
