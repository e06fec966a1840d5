import { randomUUID } from 'node:crypto';
import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type EventContext, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  teachingAllowed,
  type DataOf,
  type InputOf,
  type ReplyOf,
  type endTeaching as endContract,
  type offerForTeaching as offerContract,
  type teachingTurnedOff,
} from '@definitivedx/contracts';
import { conflict, forbidden, notFound, type AppError } from '@definitivedx/errors';
import { lockedCase } from '../data/cases.js';
import { endingState } from '../data/endings.js';
import { caseToTeach, endAllOffers, endOffer, insertTeaching } from '../data/teaching.js';
import { note } from '../data/timeline.js';
import { checkAttestation } from '../domain/attestation.js';
import { checkTexts } from '../domain/findings.js';
import { checkNoCaseCode, coarseAge, durationInWords } from '../domain/teaching.js';
import { confirmAccess } from '../queries/confirm-access.js';

/**
 * Offers a closed case for teaching, under an id drawn at random and in texts written for it. Only these, an age that is
 * hardly one and a duration in words go along.
 * @throws AppError `forbidden` to who covers for its requester, and where the organisation keeps teaching off;
 * `conflict` when the case is not closed, is flagged or is taught already; `invalid-input` by what the texts hold.
 */
export async function offerForTeaching(
  service: ServiceContext,
  caller: Caller,
  { commandId, attestation, question, course, learningPoint, ...input }: InputOf<typeof offerContract>,
): Promise<ReplyOf<typeof offerContract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const { caseId, via } = await confirmAccess(service, member, input.caseId, 'close');
  if (via !== 'requester') throw forbidden('A case is offered for teaching by who asked it.');
  const allowed = async (): Promise<boolean> =>
    (await service.bus.request(teachingAllowed, member, {})).allowed;
  if (!(await allowed())) throw turnedOff();
  checkAttestation(attestation);
  const texts = { question, course, learningPoint };
  checkTexts(texts);

  const reply = await service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const found = await lockedCase(tx, caseId);
      if (!found) throw notFound();
      const { ageBand, code, createdAt, flagged, offered } = await caseToTeach(tx, caseId);
      const { endedAt } = await endingState(tx, caseId);
      if (found.status !== 'closed' || endedAt === null) {
        throw conflict('A case can be offered for teaching once it is closed.');
      }
      if (flagged) throw conflict('This case is flagged, and so is never used for teaching.');
      if (offered) throw conflict('This case is offered for teaching already. Take it back to change it.');
      checkNoCaseCode(texts, code);
      const now = service.clock.now();
      // Random in every bit but its version: an id with the time in it would say when.
      const teachingId = randomUUID();
      const duration = durationInWords(createdAt, endedAt);
      const taught = { teachingId, ...texts, age: coarseAge(ageBand), duration };
      insertTeaching(tx, taught, { caseId, by: memberId, at: now, attestation });
      note(tx, caseId, { kind: 'offered-for-teaching', actorId: memberId, at: now });
      const at = now.toISOString();
      const act = { act: 'case.teaching-offer', caseId, memberId, organisationId, subjectId: null } as const;
      emit(tx, caseActed, caseId, { ...act, at });
      return { teachingId, offeredAt: at };
    }),
  );
  // Turned off after the first look, the offers may have been ended before this one was there.
  if (await allowed()) return reply;
  await service.db.transaction(async (tx) => {
    endAllOffers(tx, organisationId, service.clock.now());
    await Promise.resolve();
  });
  throw turnedOff();
}

const turnedOff = (): AppError =>
  forbidden('Your organisation has not turned on teaching with its cases. Its administrator can do that.');

/** The organisation lets nobody teach with its cases any more: what was offered is taken back. */
export function teachingWasTurnedOff(
  { clock }: ServiceContext,
  { tx }: EventContext,
  { organisationId }: DataOf<typeof teachingTurnedOff>,
): void {
  endAllOffers(tx, organisationId, clock.now());
}

/**
 * Takes a case out of teaching; what was taught is deleted.
 * @throws AppError `not-found` to anyone but its asking side; `conflict` when it is not taught.
 */
export async function endTeaching(
  service: ServiceContext,
  caller: Caller,
  { commandId, ...input }: InputOf<typeof endContract>,
): Promise<ReplyOf<typeof endContract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const { caseId } = await confirmAccess(service, member, input.caseId, 'close');

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      if (!(await lockedCase(tx, caseId))) throw notFound();
      const now = service.clock.now();
      if (!(await endOffer(tx, caseId, memberId, now))) {
        throw conflict('This case is not offered for teaching.');
      }
      note(tx, caseId, { kind: 'teaching-ended', actorId: memberId, detail: { why: 'taken-back' }, at: now });
      const at = now.toISOString();
      const act = { act: 'case.teaching-end', caseId, memberId, organisationId, subjectId: null } as const;
      emit(tx, caseActed, caseId, { ...act, at });
      return { endedAt: at };
    }),
  );
}
