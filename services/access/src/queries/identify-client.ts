import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  identifyClient as byIdContract,
  identifyScimToken as byTokenContract,
  InputOf,
  ReplyOf,
} from '@definitivedx/contracts';
import { findActiveClient, findByScimToken } from '../data/clients.js';

/** A program that may act now, with its keys. */
export async function identifyClient(
  service: ServiceContext,
  _caller: Caller,
  { clientId }: InputOf<typeof byIdContract>,
): Promise<ReplyOf<typeof byIdContract>> {
  const row = await findActiveClient(service.db, clientId);
  if (!row) return { client: null };
  const { id, organisationId, scopes, keys } = row;
  return { client: { clientId: id, organisationId, scopes, keys } };
}

/** Whose SCIM token it is; it opens SCIM and nothing else. */
export async function identifyScimToken(
  service: ServiceContext,
  _caller: Caller,
  { hash }: InputOf<typeof byTokenContract>,
): Promise<ReplyOf<typeof byTokenContract>> {
  const row = await findByScimToken(service.db, Buffer.from(hash, 'hex'), service.clock.now());
  return { client: row ? { clientId: row.id, organisationId: row.organisationId, scopes: ['scim'] } : null };
}
