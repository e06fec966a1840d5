import { Injectable } from '@nestjs/common';
import { AppError } from '@definitivedx/errors';
import { ServiceContext } from '@definitivedx/bus';
import { endSession, findSession, touch } from '../data/sessions.js';
import { stateOf } from '../domain/session.js';
import { hashOf } from './secrets.js';
import type { Credential } from './callers.js';

/** Looks a session up by its cookie, each time: signing out counts everywhere at once. */
@Injectable()
export class Sessions {
  constructor(private readonly service: ServiceContext) {}

  /** @throws AppError `not-signed-in` for a cookie that is unknown or has ended. */
  async credentialOf(secret: string): Promise<Credential> {
    const { db, clock } = this.service;
    const session = await findSession(db, hashOf(secret));
    if (!session) throw ended();
    const now = clock.now();
    const state = stateOf(session, now);
    if (state === 'ended') {
      await endSession(db, session.secretHash);
      throw ended();
    }
    if (state === 'active-touch') await touch(db, session.secretHash, now);
    const { sessionId, issuer, subject, odsCode, organisations, roleCodes } = session;
    return { sessionId, issuer, subject, odsCode, organisations, roleCodes };
  }
}

const ended = (): AppError => new AppError('not-signed-in', 'Your session has ended. Please sign in again.');
