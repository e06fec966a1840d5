import { asMember, type Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, replaceClientKeys as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import type { ClientsContext } from '../clients-context.js';
import { administeredBy } from './administer.js';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { replaceKeysOf } from '../data/clients.js';
import { liveScimTokens } from '../data/scim-tokens.js';
import { toApiClient } from '../queries/list-clients.js';
import { keySourceFrom } from './client-keys.js';

/**
 * Replaces a program's keys as a whole; to have no gap, send the old and the new one, then the new one alone.
 * @throws AppError `not-found` for another organisation's program, `invalid-input` for keys that cannot serve.
 */
export async function replaceClientKeys(
  { service, egress }: ClientsContext,
  caller: Caller,
  { clientId, ...source }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  await administeredBy(service.db, member);
  const { keys, jwksUri } = keySourceFrom(source, egress);
  const now = service.clock.now();
  const of = { clientId, organisationId: member.organisationId };
  return service.db.transaction(async (tx) => {
    const row = await replaceKeysOf(tx, of, keys, jwksUri, now);
    if (!row) throw notFound('program');
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(member),
      act: 'client.keys',
      outcome: 'allowed',
      subjectId: clientId,
      detail: { keys: keys.map(({ thumbprint }) => thumbprint) },
      traceId: currentTraceId(),
    });
    return toApiClient(row, await liveScimTokens(tx, [clientId], now));
  });
}
