import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  type InputOf,
  type ReplyOf,
  type recordPhoneCall as contract,
} from '@definitivedx/contracts';
import { forbidden, invalidInput, notFound } from '@definitivedx/errors';
import { v7 } from 'uuid';
import { adviceGivenAt, insertPhoneCall } from '../data/chasing.js';
import { note } from '../data/timeline.js';
import { checkTexts } from '../domain/findings.js';
import { authorOf } from '../domain/posting.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { endChase } from './advice-course.js';
import { heldCase } from './held-case.js';

/** Clocks differ a little: a call that ended just now is not in the future. */
const leewayMs = 60_000;

/**
 * Records that the practice was reached by phone about advice: with a person's acknowledgement the only thing that ends
 * the chasing of a child who is to attend now.
 * @throws AppError `not-found` for what is no advice of the case; `forbidden` to colleagues; `invalid-input` for a time
 * before the advice or still to come.
 */
export async function recordPhoneCall(
  service: ServiceContext,
  caller: Caller,
  { commandId, postId, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId, roles } = member;
  const access = await confirmAccess(service, member, input.caseId, 'post');
  const { caseId, via } = access;
  if (authorOf(via, roles) === 'colleague')
    throw forbidden('A call is recorded by a specialist of the case, or by the side that asked.');
  checkTexts({ note: input.note });
  const calledAt = new Date(input.calledAt);

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const found = await heldCase(tx, access);
      const givenAt = await adviceGivenAt(tx, caseId, postId);
      if (!givenAt) throw notFound('advice');
      const now = service.clock.now();
      if (calledAt.getTime() < givenAt.getTime() - leewayMs || calledAt.getTime() > now.getTime() + leewayMs)
        throw invalidInput('The time of the call cannot be right.', [
          { path: 'calledAt', message: 'Give a time between the advice and now.' },
        ]);
      const callId = v7();
      const { reached, note: noted } = input;
      insertPhoneCall(tx, { callId, caseId, postId, memberId, reached, note: noted, calledAt, at: now });
      endChase(tx, caseId, postId);
      note(tx, caseId, {
        kind: 'phone-call',
        actorId: memberId,
        subjectId: postId,
        detail: { reached },
        at: now,
      });
      const at = now.toISOString();
      const act = {
        act: 'case.phone-call',
        caseId,
        memberId,
        organisationId,
        subjectId: postId,
        at,
      } as const;
      emit(tx, caseActed, caseId, act);
      return { callId, version: found.version };
    }),
  );
}
