import { actorIdOf, asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  ErasureRecord,
  InputOf,
  eraseLeaver as leaving,
  eraseMember as contract,
} from '@definitivedx/contracts';
import { conflict, notFound, toAppError } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit, appendAuditWith } from '../../data/audit.js';
import { assertActing } from '../../data/directory.js';
import { lockPlace, placesElsewhere } from '../../data/places.js';
import { recordOfErasure } from '../../queries/erasure-report.js';
import { administer } from '../administer.js';
import { eraseAccount } from './erasing.js';

const act = 'account.erase';

/**
 * Erases a person, for those who run the platform. A refusal is audited, too.
 * @throws AppError `not-found`, `conflict` for one's own account and while somebody else has to take over first.
 */
export async function eraseMember(
  service: ServiceContext,
  caller: Caller,
  { memberId }: InputOf<typeof contract>,
): Promise<ErasureRecord> {
  const operator = asMember(caller);
  const now = service.clock.now();
  const line = { at: now, actor: actorOf(caller), act, subjectId: memberId, traceId: currentTraceId() };
  try {
    return await service.db.transaction(async (tx) => {
      await assertActing(tx, operator);
      if (operator.memberId === memberId)
        throw conflict('This is your own account. Another operator has to erase it.');
      await eraseAccount(service, { tx, memberId, by: operator.memberId, now });
      appendAuditWith(tx, { ...line, outcome: 'allowed' });
      return recordOfErasure(tx, memberId);
    });
  } catch (error) {
    const { code } = toAppError(error);
    if (code === 'conflict' || code === 'not-found')
      await appendAudit(service.db, { ...line, outcome: 'refused', detail: { code } });
    throw error;
  }
}

/**
 * Erases a person who has left the caller's organisation and never was in another.
 * @throws AppError `not-found`, `conflict` for who has not left, or had a place elsewhere.
 */
export function eraseLeaver(
  service: ServiceContext,
  caller: Caller,
  { memberId }: InputOf<typeof leaving>,
): Promise<ErasureRecord> {
  return administer(service, caller, { act, subjectId: memberId }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const place = await lockPlace(tx, organisationId, memberId);
    if (!place) throw notFound('member');
    if (place.status === 'active')
      throw conflict('This person has a place in your organisation. End it first.');
    if ((await placesElsewhere(tx, organisationId, memberId)).ever) {
      throw conflict(
        "This person has, or had, a place elsewhere too. The platform's operator erases them when they ask for it.",
      );
    }
    await eraseAccount(service, { tx, memberId, by: actorIdOf(administration.caller), now });
    return { reply: await recordOfErasure(tx, memberId) };
  });
}
