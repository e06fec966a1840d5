import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, noteClientToken as contract } from '@definitivedx/contracts';
import { currentTraceId } from '@definitivedx/telemetry';
import { appendAudit } from '../data/audit.js';
import { organisationOfClient } from '../data/clients.js';

/** Writes a program's sign-in, let in or not, to the audit. Of ids that nobody has there is nothing to say. */
export async function noteClientToken(
  service: ServiceContext,
  _caller: Caller,
  { clientId, outcome, reason, scopes, from }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const organisationId = await organisationOfClient(service.db, clientId);
  if (organisationId === undefined) return {};
  await appendAudit(service.db, {
    at: service.clock.now(),
    actor: { kind: 'client', id: clientId, organisationId, from },
    act: 'client.token',
    outcome,
    detail: { ...(reason && { reason }), ...(scopes && { scopes }) },
    traceId: currentTraceId(),
  });
  return {};
}
