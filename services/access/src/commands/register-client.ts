import { v7 } from 'uuid';
import { asMember, type Caller } from '@definitivedx/auth';
import { once } from '@definitivedx/bus';
import type { InputOf, ReplyOf, registerClient as contract } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import type { ClientsContext } from '../clients-context.js';
import { administeredBy } from './administer.js';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { clientCount, keepClient } from '../data/clients.js';
import { toApiClient } from '../queries/list-clients.js';
import { keySourceFrom } from './client-keys.js';

const mostClients = 50;

/**
 * Registers a program of the caller's organisation. Published keys are read by a timer, a moment later.
 * @throws AppError `invalid-input` for keys or an address that cannot serve, `conflict` beyond 50 programs.
 */
export async function registerClient(
  { service, egress }: ClientsContext,
  caller: Caller,
  { commandId, name, scopes, ...source }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  await administeredBy(service.db, member);
  const { keys, jwksUri } = keySourceFrom(source, egress);
  const now = service.clock.now();
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      if ((await clientCount(tx, organisationId)) >= mostClients) {
        throw conflict(`An organisation has at most ${String(mostClients)} programs. Remove one first.`);
      }
      const client = { id: v7(), organisationId, name, scopes, keys, jwksUri, createdBy: memberId };
      const row = await keepClient(tx, client, now);
      if (!row) throw new Error('an insert returned no row');
      appendAuditWith(tx, {
        at: now,
        actor: actorOf(member),
        act: 'client.register',
        outcome: 'allowed',
        subjectId: row.id,
        detail: { scopes, keys: keys.map(({ thumbprint }) => thumbprint) },
        traceId: currentTraceId(),
      });
      return toApiClient(row, []);
    }),
  );
}
