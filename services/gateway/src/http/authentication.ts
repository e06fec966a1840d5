import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '@definitivedx/errors';
import { asMember, callerOf, type Caller, type MemberCaller } from '@definitivedx/auth';
import { BearerTokens } from '../sign-in/bearer-tokens.js';
import { bearerAuthenticator, type AuthenticateBearer } from '../sign-in/bearer-strategy.js';
import { Callers, type KnownCaller } from '../sign-in/callers.js';
import { Sessions } from '../sign-in/sessions.js';
import { hashOf } from '../sign-in/secrets.js';
import { sessionCookie } from './cookies.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication hook; read by the door guard. */
    caller?: Caller;
    known?: KnownCaller;
  }
}

/** Finds out who makes a request: by bearer token when there is an Authorization header, else by session cookie. */
@Injectable()
export class Authentication {
  private readonly bearer: AuthenticateBearer;

  constructor(
    tokens: BearerTokens,
    private readonly sessions: Sessions,
    private readonly callers: Callers,
  ) {
    this.bearer = bearerAuthenticator(tokens);
  }

  /**
   * Undefined when the request carries no credential at all.
   * @throws AppError `not-signed-in` for one that does not count, `forbidden` for a person without an account,
   * `unavailable` when it cannot be told.
   */
  async of(request: FastifyRequest): Promise<KnownCaller | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const { issuer, subject } = await this.bearer(request);
      // The token's hash names it, so that the caller can be kept without keeping the token.
      const sessionId = `token-${hashOf(authorization).toString('base64url')}`;
      return this.callers.of({ sessionId, issuer, subject, from: request.ip });
    }
    const cookie = request.cookies[sessionCookie.name];
    return cookie === undefined
      ? undefined
      : this.callers.of({ ...(await this.sessions.credentialOf(cookie)), from: request.ip });
  }
}

/** Handler parameter: the signed-in member. */
export const Member = createParamDecorator((_: unknown, context: ExecutionContext): MemberCaller =>
  asMember(callerOf(context.switchToHttp().getRequest<FastifyRequest>())),
);

/** Handler parameter: whoever the route's door let in, a person or a program. */
export const Acting = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Handler parameter: the signed-in member with their name and organisation. */
export const Known = createParamDecorator((_: unknown, context: ExecutionContext): KnownCaller => {
  const { known } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!known) throw new AppError('not-signed-in', 'Please sign in first.');
  return known;
});
