import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, replyOf, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseAnswerers,
  responsibilityGiven,
  type InputOf,
  type ReplyOf,
  type changeLeadPanel as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, forbidden, invalidInput, notFound } from '@definitivedx/errors';
import {
  caseState,
  endResponsibility,
  makeResponsible,
  recordChange,
  setLeadPanel,
  type CaseState,
} from '../data/cases.js';
import { note } from '../data/timeline.js';
import { controls } from '../domain/posting.js';
import {
  anySpecialist,
  candidatesFor,
  chooseResponsible,
  panelsOf,
  type Candidate,
  type LastResort,
} from '../domain/responsible.js';
import { isOpen } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { onCallFor, thoseWhoMaySee } from '../queries/who-answers.js';
import { heldCase } from './held-case.js';
import { endConsultation, openConsultations } from './keep-consultations.js';
import { MovedOn, untilSettled } from './reassign.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

interface Open extends CaseState {
  readonly responsibleId: string;
}

/**
 * Has another panel lead, one that sees the case. Its doctor on call, or its lead, answers from that instant. The clock
 * goes on as it was: by when there is an answer was promised to the asker, and who gives it does not change that.
 * @throws AppError `forbidden` to anyone but who controls the case and its responsible specialist; `invalid-input` for a
 * panel that does not see it; `conflict` when nobody of it could answer, or the case has ended.
 */
export async function changeLeadPanel(service: ServiceContext, caller: Caller, given: Input): Promise<Reply> {
  const member = asMember(caller);
  const access = await confirmAccess(service, member, given.caseId, 'post');
  const { caseId, via } = access;
  const done = await replyOf<Reply>(service.db, given.commandId, member.memberId);
  if (done) return done.reply;
  const input = { ...given, caseId };
  return untilSettled(async () => {
    const found = open(await caseState(service.db, caseId));
    if (!controls(via) && found.responsibleId !== member.memberId)
      throw forbidden(
        'Which panel leads is said by who shared this case, or by the specialist who answers for it.',
      );
    const next = await whoLeads(service, input, found);
    return service.db.transaction((tx) =>
      once(tx, input.commandId, member.memberId, async () => {
        // The caller's own share may have ended before the version was read; the end of the panel's shows in it.
        const current = await heldCase(tx, access);
        if (current.version !== found.version) throw new MovedOn();
        return write(tx, member, input, found, next, service.clock.now());
      }),
    );
  });
}

/** Who of the panel answers: the doctor on call, its lead, or else any of its specialists. */
async function whoLeads(
  service: ServiceContext,
  { caseId, panelId }: Input,
  { requesterId }: Open,
): Promise<Candidate | LastResort> {
  const { bus } = service;
  const self = await bus.self();
  const { answerers, specialists, maySee } = await bus.request(caseAnswerers, self, { caseId });
  if (!panelsOf(answerers).includes(panelId))
    throw invalidInput('This panel cannot lead the case.', [
      { path: 'panelId', message: 'Choose a panel that the case is shared with.' },
    ]);
  const onCall = await onCallFor(service, self, [panelId]);
  const ofPanel = answerers.filter(({ to }) => to.kind === 'panel' && to.panelId === panelId);
  const candidates = [
    ...candidatesFor(ofPanel, onCall),
    ...anySpecialist(specialists.filter((one) => one.panelId === panelId)),
  ];
  const onDuty = [...onCall.values()].filter((memberId) => memberId !== null);
  const able = new Set([...maySee, ...(await thoseWhoMaySee(service, caseId, onDuty))]);
  const next = chooseResponsible(candidates, able, requesterId);
  if (next) return next;
  throw conflict('Nobody of this panel could answer the case now. Choose another one.');
}

async function write(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  { caseId, panelId }: Input,
  { status, version, leadPanelId, responsibleId }: Open,
  next: Candidate | LastResort,
  now: Date,
): Promise<Reply> {
  if (leadPanelId === panelId) return { leadPanelId: panelId, responsibleId, version };
  await setLeadPanel(tx, caseId, panelId);
  note(tx, caseId, { kind: 'lead-panel', actorId: memberId, subjectId: panelId, at: now });
  for (const one of await openConsultations(tx, caseId)) {
    if (one.panelId === panelId) endConsultation(tx, caseId, one, 'leads-now', now);
  }
  const at = now.toISOString();
  const { reason, memberId: toMemberId } = next;
  if (toMemberId !== responsibleId) {
    const since = await endResponsibility(tx, caseId, now);
    makeResponsible(tx, caseId, { ...next, givenBy: memberId }, since);
    const detail = { reason, why: 'lead-panel' };
    note(tx, caseId, { kind: 'responsible', actorId: memberId, subjectId: toMemberId, detail, at: since });
    emit(tx, responsibilityGiven, caseId, {
      ...{ caseId, fromMemberId: responsibleId, toMemberId, givenBy: memberId, reason },
      at: since.toISOString(),
    });
  }
  const changed = await recordChange(tx, caseId, status);
  const act = { act: 'case.lead-panel', caseId, memberId, organisationId, subjectId: panelId, at } as const;
  emit(tx, caseActed, caseId, act);
  return { leadPanelId: panelId, responsibleId: toMemberId, version: changed };
}

function open(found: CaseState | undefined): Open {
  if (!found) throw notFound();
  const { status, responsibleId } = found;
  if (!isOpen(status) || responsibleId === null)
    throw conflict('This case has ended, and no panel leads it any more.');
  return { ...found, responsibleId };
}
