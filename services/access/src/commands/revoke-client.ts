import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, revokeClient as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { administeredBy } from './administer.js';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { endClientOf } from '../data/clients.js';

/** Ends a program of the caller's organisation, and with it all its tokens. @throws AppError `not-found` */
export async function revokeClient(
  service: ServiceContext,
  caller: Caller,
  { clientId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  await administeredBy(service.db, member);
  const now = service.clock.now();
  await service.db.transaction(async (tx) => {
    if (!(await endClientOf(tx, clientId, member.organisationId, now))) throw notFound('program');
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(member),
      act: 'client.revoke',
      outcome: 'allowed',
      subjectId: clientId,
      traceId: currentTraceId(),
    });
  });
  return { revokedAt: now.toISOString() };
}
