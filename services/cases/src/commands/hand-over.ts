import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, replyOf, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseAnswerers,
  panelsByIds,
  responsibilityGiven,
  type InputOf,
  type ReplyOf,
  type handBack as backContract,
  type handTo as toContract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, forbidden, invalidInput, notFound, type AppError } from '@definitivedx/errors';
import {
  caseState,
  endResponsibility,
  makeResponsible,
  recordChange,
  type CaseState,
} from '../data/cases.js';
import type { Next } from '../data/responsibility.js';
import { note } from '../data/timeline.js';
import { checkTexts } from '../domain/findings.js';
import { candidatesFor, chooseResponsible } from '../domain/responsible.js';
import { isOpen } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { onCallFor, thoseWhoMaySee } from '../queries/who-answers.js';
import { heldCase } from './held-case.js';
import { MovedOn, untilSettled } from './reassign.js';

type Reply = ReplyOf<typeof backContract>;

/** An open case that a panel leads. */
interface Led extends CaseState {
  readonly responsibleId: string;
  readonly leadPanelId: string;
}

/**
 * Gives a case back to its lead panel: to the doctor on call, else its lead. They are responsible from that instant.
 * @throws AppError `forbidden` to anyone but its responsible specialist; `conflict` when there is nobody else, no panel
 * leads, or it has ended.
 */
export function handBack(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof backContract>,
): Promise<Reply> {
  return give(service, caller, input, async (found, member, caseId) => {
    if (found.responsibleId !== member.memberId) throw notTheirs();
    const { answerers } = await service.bus.request(caseAnswerers, await service.bus.self(), { caseId });
    const ofPanel = answerers.filter(({ to }) => to.kind === 'panel' && to.panelId === found.leadPanelId);
    const onCall = await onCallFor(service, await service.bus.self(), [found.leadPanelId]);
    const others = candidatesFor(ofPanel, onCall).filter(({ memberId }) => memberId !== member.memberId);
    const able = await thoseWhoMaySee(
      service,
      caseId,
      others.map(({ memberId }) => memberId),
    );
    const next = chooseResponsible(others, able, found.requesterId);
    if (next) return { memberId: next.memberId, reason: 'hand-back' };
    throw conflict(
      'Nobody else is on call for the panel or leads it, so that there is nobody to give the case back to. Hand it over to a colleague by name.',
    );
  });
}

/**
 * Hands a case over to a specialist of its lead panel, who is responsible from that instant, and reminded until they say
 * that they know.
 * @throws AppError `forbidden` to anyone but its responsible specialist and the panel's lead; `invalid-input` for who is
 * no specialist of the panel; `conflict` when no panel leads, or it has ended.
 */
export function handTo(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof toContract>,
): Promise<Reply> {
  return give(service, caller, input, async (found, member, caseId) => {
    const { leadPanelId: panelId, responsibleId, requesterId } = found;
    const { memberId } = input;
    const self = await service.bus.self();
    if (responsibleId !== member.memberId) {
      const { panels } = await service.bus.request(panelsByIds, self, { panelIds: [panelId] });
      if (panels[0]?.leadMemberId !== member.memberId) throw notTheirs();
    }
    if (memberId === responsibleId) throw conflict('This specialist answers for the case already.');
    if (memberId === member.memberId)
      throw conflict('A case is not handed over to oneself. Take it over instead.');
    const { specialists, maySee } = await service.bus.request(caseAnswerers, self, {
      caseId,
      memberIds: [memberId],
    });
    const inPanel = specialists.some((one) => one.panelId === panelId && one.memberId === memberId);
    if (inPanel && maySee.includes(memberId) && memberId !== requesterId)
      return { memberId, reason: 'handed-to' };
    throw invalidInput('The case cannot be handed over to this person.', [
      { path: 'memberId', message: 'Choose another specialist of the panel that leads this case.' },
    ]);
  });
}

/** Asks who is to have the case, and writes it, all over again when the case changes meanwhile. */
async function give(
  service: ServiceContext,
  caller: Caller,
  given: { readonly commandId: string; readonly caseId: string; readonly note?: string | undefined },
  choose: (found: Led, member: MemberCaller, caseId: string) => Promise<Pick<Next, 'memberId' | 'reason'>>,
): Promise<Reply> {
  const member = asMember(caller);
  // Who answers for it may have been given control as well; whose it is to hand over is told below.
  const access = await confirmAccess(service, member, given.caseId, 'post');
  const { caseId } = access;
  checkTexts({ note: given.note });
  const done = await replyOf<Reply>(service.db, given.commandId, member.memberId);
  if (done) return done.reply;
  return untilSettled(async () => {
    const found = led(await caseState(service.db, caseId));
    const chosen = await choose(found, member, caseId);
    const next: Next = { ...chosen, givenBy: member.memberId, note: given.note };
    return service.db.transaction((tx) =>
      once(tx, given.commandId, member.memberId, async () => {
        // The caller's own share may have ended before the version was read; a hand-over since shows in it.
        const current = await heldCase(tx, access);
        if (current.version !== found.version) throw new MovedOn();
        return write(tx, member, caseId, found, next, service.clock.now());
      }),
    );
  });
}

async function write(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  caseId: string,
  { responsibleId, status }: Led,
  next: Next,
  now: Date,
): Promise<Reply> {
  const since = await endResponsibility(tx, caseId, now);
  makeResponsible(tx, caseId, next, since);
  const version = await recordChange(tx, caseId, status);
  const { memberId: toMemberId, reason } = next;
  note(tx, caseId, {
    kind: 'responsible',
    actorId: memberId,
    subjectId: toMemberId,
    detail: { reason },
    at: since,
  });
  const at = since.toISOString();
  const moved = { caseId, fromMemberId: responsibleId, toMemberId, givenBy: memberId, reason, at };
  emit(tx, responsibilityGiven, caseId, moved);
  const act = { act: 'case.hand-over', caseId, memberId, organisationId, subjectId: null, at } as const;
  emit(tx, caseActed, caseId, act);
  return { responsibleId: toMemberId, since: at, version };
}

function led(found: CaseState | undefined): Led {
  if (!found) throw notFound();
  const { status, responsibleId, leadPanelId } = found;
  if (!isOpen(status) || responsibleId === null) {
    throw conflict('This case has ended, so that nobody has to take it on.');
  }
  if (leadPanelId === null) {
    throw conflict(
      'No panel leads this case, so that there is nobody to hand it over to. Ask who shared it to add one.',
    );
  }
  return { ...found, responsibleId, leadPanelId };
}

const notTheirs = (): AppError =>
  forbidden(
    'A case is handed over by the specialist who answers for it, or by the lead of the panel that leads it.',
  );
