import { createHash, randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  scimTokenPrefix,
  type createScimToken as createContract,
  type InputOf,
  type ReplyOf,
  type revokeScimToken as revokeContract,
} from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { administeredBy } from './administer.js';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { lockClientOf } from '../data/clients.js';
import { endScimToken, keepScimToken, liveScimTokens } from '../data/scim-tokens.js';

const dayMs = 24 * 60 * 60_000;
/** The old and the new one. */
const mostAtOnce = 2;

/**
 * Makes a SCIM token for a program that has the scope. It is in the reply and nowhere else; a lost reply is a token to
 * be revoked, which is why this is no command that can be repeated.
 * @throws AppError `not-found`, or `conflict` for a program without the scope or with two tokens.
 */
export async function createScimToken(
  service: ServiceContext,
  caller: Caller,
  { clientId, days }: InputOf<typeof createContract>,
): Promise<ReplyOf<typeof createContract>> {
  const member = asMember(caller);
  await administeredBy(service.db, member);
  const now = service.clock.now();
  const expiresAt = new Date(now.getTime() + days * dayMs);
  const token = `${scimTokenPrefix}${randomBytes(32).toString('base64url')}`;
  const id = v7();
  await service.db.transaction(async (tx) => {
    // Held, so that two at once do not become three tokens.
    const client = await lockClientOf(tx, clientId, member.organisationId);
    if (!client) throw notFound('program');
    if (!client.scopes.includes('scim')) throw conflict('This program does not have the scope scim.');
    if ((await liveScimTokens(tx, [clientId], now)).length >= mostAtOnce) {
      throw conflict('This program has two SCIM tokens already. Revoke the one that is no longer used.');
    }
    const hash = createHash('sha256').update(token).digest();
    keepScimToken(tx, { id, clientId, hash, createdAt: now, expiresAt });
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(member),
      act: 'scim-token.create',
      outcome: 'allowed',
      subjectId: id,
      detail: { clientId, days },
      traceId: currentTraceId(),
    });
  });
  return { tokenId: id, token, expiresAt: expiresAt.toISOString() };
}

/** Ends a SCIM token. @throws AppError `not-found` */
export async function revokeScimToken(
  service: ServiceContext,
  caller: Caller,
  { clientId, tokenId }: InputOf<typeof revokeContract>,
): Promise<ReplyOf<typeof revokeContract>> {
  const member = asMember(caller);
  await administeredBy(service.db, member);
  const now = service.clock.now();
  const of = { tokenId, clientId, organisationId: member.organisationId };
  await service.db.transaction(async (tx) => {
    if (!(await endScimToken(tx, of, now))) throw notFound('token');
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(member),
      act: 'scim-token.revoke',
      outcome: 'allowed',
      subjectId: tokenId,
      detail: { clientId },
      traceId: currentTraceId(),
    });
  });
  return { revokedAt: now.toISOString() };
}
