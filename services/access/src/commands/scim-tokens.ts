import { createHash, randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  scimTokenPrefix,
  type createScimToken as createContract,
  type InputOf,
  type ReplyOf,
  type revokeScimToken as revokeContract,
} from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { lockClientOf } from '../data/clients.js';
import { endScimToken, keepScimToken, liveScimTokens } from '../data/scim-tokens.js';
import { administer } from './administer.js';

const dayMs = 24 * 60 * 60_000;
/** The old and the new one. */
const mostAtOnce = 2;

/**
 * Makes a SCIM token for a program that has the scope. It is in the reply and nowhere else; a lost reply is a token to
 * be revoked, which is why this is no command that can be repeated.
 * @throws AppError `not-found`, or `conflict` for a program without the scope or with two tokens.
 */
export const createScimToken = (
  service: ServiceContext,
  caller: Caller,
  { clientId, days }: InputOf<typeof createContract>,
): Promise<ReplyOf<typeof createContract>> =>
  administer(service, caller, { act: 'scim-token.create' }, async ({ tx, organisationId, now }) => {
    // Held, so that it is not revoked meanwhile.
    const client = await lockClientOf(tx, clientId, organisationId);
    if (!client) throw notFound('program');
    if (!client.scopes.includes('scim')) throw conflict('This program does not have the scope scim.');
    if ((await liveScimTokens(tx, [clientId], now)).length >= mostAtOnce) {
      throw conflict('This program has two SCIM tokens already. Revoke the one that is no longer used.');
    }
    const tokenId = v7();
    const token = `${scimTokenPrefix}${randomBytes(32).toString('base64url')}`;
    const hash = createHash('sha256').update(token).digest();
    const expiresAt = new Date(now.getTime() + days * dayMs);
    keepScimToken(tx, { id: tokenId, clientId, hash, createdAt: now, expiresAt });
    const reply = { tokenId, token, expiresAt: expiresAt.toISOString() };
    return { reply, subjectId: tokenId, detail: { clientId, days } };
  });

/** Ends a SCIM token. @throws AppError `not-found` */
export const revokeScimToken = (
  service: ServiceContext,
  caller: Caller,
  { clientId, tokenId }: InputOf<typeof revokeContract>,
): Promise<ReplyOf<typeof revokeContract>> =>
  administer(
    service,
    caller,
    { act: 'scim-token.revoke', subjectId: tokenId },
    async ({ tx, organisationId, now }) => {
      if (!(await endScimToken(tx, { tokenId, clientId, organisationId }, now))) throw notFound('token');
      return { reply: { revokedAt: now.toISOString() }, detail: { clientId } };
    },
  );
