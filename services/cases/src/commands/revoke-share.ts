import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, replyOf, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  revokeGrant,
  shareRevoked,
  type InputOf,
  type ReplyOf,
  type revokeShare as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { notFound } from '@definitivedx/errors';
import { dropGrant, grantRef } from '../data/audience.js';
import { caseState, lockedCase } from '../data/cases.js';
import { note } from '../data/timeline.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { keepAnswered, MovedOn, outlookOf, untilSettled, type Outlook } from './reassign.js';

type Input = InputOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

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

  return untilSettled(async () => {
    const found = await caseState(service.db, caseId);
    if (!found) throw notFound();
    const { to } = await service.bus.request(revokeGrant, member, { caseId, grantId: input.grantId });
    const outlook = await outlookOf(service, caseId, found);
    return service.db.transaction((tx) =>
      once(tx, input.commandId, member.memberId, () =>
        write(tx, member, input, { to, outlook }, service.clock.now()),
      ),
    );
  }, 'Sharing has been ended, but the case is very busy just now. Please repeat this in a moment.');
}

async function write(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  { caseId, grantId }: Input,
  { to, outlook }: { readonly to: ReplyOf<typeof revokeGrant>['to']; readonly outlook: Outlook },
  now: Date,
): Promise<Reply> {
  const found = await lockedCase(tx, caseId);
  if (found?.version !== outlook.version) throw new MovedOn();
  const dropped = await dropGrant(tx, caseId, grantId);
  if (!dropped && outlook.next === 'stays') {
    return { status: found.status, version: found.version, responsibleId: found.responsibleId };
  }
  note(tx, caseId, { kind: 'share-ended', actorId: memberId, subjectId: grantId, at: now });
  const kept = await keepAnswered(tx, caseId, found, outlook, { why: 'revoked', now });
  const { status, version, responsibleId, handedTo } = kept;
  const at = now.toISOString();
  emit(tx, shareRevoked, caseId, {
    caseId,
    grant: grantRef(grantId, to),
    responsibleId,
    handedTo,
    status,
    at,
  });
  const act = { act: 'case.revoke', caseId, memberId, organisationId, subjectId: grantId, at } as const;
  emit(tx, caseActed, caseId, act);
  return { status, version, responsibleId };
}
