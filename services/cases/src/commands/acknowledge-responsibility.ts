import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  type InputOf,
  type ReplyOf,
  type acknowledgeResponsibility as contract,
} from '@definitivedx/contracts';
import { forbidden, notFound } from '@definitivedx/errors';
import { lockedCase } from '../data/cases.js';
import { acknowledgedAt, acknowledgedBy } from '../data/responsibility.js';
import { note } from '../data/timeline.js';
import { confirmAccess } from '../queries/confirm-access.js';

/**
 * The responsible specialist says that they know of the case, signed in: nothing else ends the reminders but their
 * writing in it. Repeating it changes nothing.
 * @throws AppError `forbidden` to anyone else who may see it.
 */
export async function acknowledgeResponsibility(
  service: ServiceContext,
  caller: Caller,
  { commandId, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  // Who answers for it may have been given control as well.
  const { caseId } = await confirmAccess(service, member, input.caseId, 'post');
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const found = await lockedCase(tx, caseId);
      if (!found) throw notFound();
      const { responsibleId, version } = found;
      if (responsibleId !== memberId)
        throw forbidden(
          'Only the specialist who answers for this case acknowledges it, and now that is not you.',
        );
      const known = await acknowledgedAt(tx, caseId);
      if (known) return { acknowledgedAt: known.toISOString(), version };
      const now = service.clock.now();
      acknowledgedBy(tx, caseId, memberId, now);
      note(tx, caseId, { kind: 'acknowledged', actorId: memberId, subjectId: memberId, at: now });
      const at = now.toISOString();
      const act = { act: 'case.acknowledge', caseId, memberId, organisationId, subjectId: null, at } as const;
      emit(tx, caseActed, caseId, act);
      return { acknowledgedAt: at, version };
    }),
  );
}
