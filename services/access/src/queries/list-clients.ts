import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { apiClient, listClients as contract, ReplyOf } from '@definitivedx/contracts';
import type { z } from 'zod';
import { administeredBy } from '../commands/administer.js';
import { listClientRows, type ClientRow } from '../data/clients.js';
import { liveScimTokens, type ScimTokenRow } from '../data/scim-tokens.js';

/** The programs of the caller's organisation. @throws AppError `forbidden` */
export async function listClients(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  await administeredBy(service.db, member);
  const rows = await listClientRows(service.db, member.organisationId);
  const tokens = await liveScimTokens(
    service.db,
    rows.map(({ id }) => id),
    service.clock.now(),
  );
  return { clients: rows.map((row) => toApiClient(row, tokens)) };
}

/** A program as its administrator sees it. */
export const toApiClient = (row: ClientRow, tokens: readonly ScimTokenRow[]): z.output<typeof apiClient> => ({
  clientId: row.id,
  name: row.name,
  scopes: row.scopes,
  keyIds: row.keys.map(({ jwk }) => jwk.kid),
  jwksUri: row.jwksUri,
  keysFetchedAt: row.keysFetchedAt?.toISOString() ?? null,
  keysProblem: row.fetchProblem,
  scimTokens: tokens
    .filter((token) => token.clientId === row.id)
    .map((token) => ({
      tokenId: token.id,
      createdAt: token.createdAt.toISOString(),
      expiresAt: token.expiresAt.toISOString(),
    })),
  createdAt: row.createdAt.toISOString(),
});
