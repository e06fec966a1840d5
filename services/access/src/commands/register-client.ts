import { v7 } from 'uuid';
import { asMember, type Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, registerClient as contract } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import type { ClientsContext } from '../clients-context.js';
import { clientCount, keepClient } from '../data/clients.js';
import { toApiClient } from '../queries/list-clients.js';
import { administer } from './administer.js';
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
  const { memberId } = asMember(caller);
  return administer(
    service,
    caller,
    { act: 'client.register', commandId },
    async ({ tx, organisationId, now }) => {
      const { keys, jwksUri } = keySourceFrom(source, egress);
      if ((await clientCount(tx, organisationId)) >= mostClients) {
        throw conflict(`An organisation has at most ${String(mostClients)} programs. Remove one first.`);
      }
      const client = { id: v7(), organisationId, name, scopes, keys, jwksUri, createdBy: memberId };
      const row = await keepClient(tx, client, now);
      if (!row) throw new Error('an insert returned no row');
      const detail = { scopes, keys: keys.map(({ thumbprint }) => thumbprint) };
      return { reply: toApiClient(row, []), subjectId: row.id, detail };
    },
  );
}
