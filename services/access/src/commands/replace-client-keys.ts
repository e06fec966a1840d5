import type { Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, replaceClientKeys as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import type { ClientsContext } from '../clients-context.js';
import { replaceKeysOf } from '../data/clients.js';
import { liveScimTokens } from '../data/scim-tokens.js';
import { toApiClient } from '../queries/list-clients.js';
import { administer } from './administer.js';
import { keySourceFrom } from './client-keys.js';

/**
 * Replaces a program's keys as a whole; to have no gap, send the old and the new one, then the new one alone.
 * @throws AppError `not-found` for another organisation's program, `invalid-input` for keys that cannot serve.
 */
export const replaceClientKeys = (
  { service, egress }: ClientsContext,
  caller: Caller,
  { clientId, ...source }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> =>
  administer(
    service,
    caller,
    { act: 'client.keys', subjectId: clientId },
    async ({ tx, organisationId, now }) => {
      const { keys, jwksUri } = keySourceFrom(source, egress);
      const row = await replaceKeysOf(tx, { clientId, organisationId }, keys, jwksUri, now);
      if (!row) throw notFound('program');
      const reply = toApiClient(row, await liveScimTokens(tx, [clientId], now));
      return { reply, detail: { keys: keys.map(({ thumbprint }) => thumbprint) } };
    },
  );
