import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, revokeClient as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { endClientOf } from '../data/clients.js';
import { administer } from './administer.js';

/** Ends a program of the caller's organisation, and with it all its tokens. @throws AppError `not-found` */
export const revokeClient = (
  service: ServiceContext,
  caller: Caller,
  { clientId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> =>
  administer(
    service,
    caller,
    { act: 'client.revoke', subjectId: clientId },
    async ({ tx, organisationId, now }) => {
      if (!(await endClientOf(tx, clientId, organisationId, now))) throw notFound('program');
      return { reply: { revokedAt: now.toISOString() } };
    },
  );
