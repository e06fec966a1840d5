import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError, invalidInput } from '@definitivedx/errors';
import { odsCode as odsCodeField } from '@definitivedx/contracts';
import {
  asMember,
  asOrganisation,
  callerOf,
  type Caller,
  type ClientCaller,
  type MemberCaller,
  type OrganisationCaller,
} from '@definitivedx/auth';
import { BearerTokens } from '../sign-in/bearer-tokens.js';
import { bearerAuthenticator, type AuthenticateBearer } from '../sign-in/bearer-strategy.js';
import { Callers, type KnownCaller } from '../sign-in/callers.js';
import { ClientTokens } from '../sign-in/client-tokens.js';
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
    private readonly clientTokens: ClientTokens,
  ) {
    this.bearer = bearerAuthenticator(tokens);
  }

  /**
   * The program that makes a request; undefined when its credential is none of a program's.
   * @throws TokenRefused for a token that does not count, `unavailable` when it cannot be told.
   */
  async programOf(request: FastifyRequest): Promise<ClientCaller | undefined> {
    const { authorization } = request.headers;
    return authorization !== undefined && ClientTokens.isOne(authorization)
      ? this.clientTokens.callerOf(authorization, request.ip)
      : undefined;
  }

  /**
   * Undefined when the request carries no credential at all.
   * @throws AppError `not-signed-in` for one that does not count, `forbidden` for a person without an account,
   * `unavailable` when it cannot be told.
   */
  async of(request: FastifyRequest): Promise<KnownCaller | undefined> {
    const { authorization, [actingHeader]: acting } = request.headers;
    if (authorization !== undefined) {
      const holder = await this.bearer(request);
      // The token's hash names it, so that the caller can be kept without keeping the token.
      const sessionId = `token-${hashOf(authorization).toString('base64url')}`;
      const { endsAt: tokenEndsAt, ...rest } = holder;
      return this.callers.of({
        ...rest,
        ...{ sessionId, tokenEndsAt, odsCode: odsCodeOf(acting), from: request.ip },
      });
    }
    if (acting !== undefined && request.cookies[sessionCookie.name] !== undefined) {
      throw refusedHeader('A session is switched with POST /api/v1/me/organisation; leave the header out.');
    }
    const cookie = request.cookies[sessionCookie.name];
    return cookie === undefined
      ? undefined
      : this.callers.of({ ...(await this.sessions.credentialOf(cookie)), from: request.ip });
  }
}

/** With a bearer token: the organisation to act for, by its ODS code. */
export const actingHeader = 'acting-organisation';

const refusedHeader = (message: string): AppError =>
  invalidInput('The organisation to act for cannot be told from the request.', [
    { path: 'Acting-Organisation', message },
  ]);

function odsCodeOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const parsed = odsCodeField.safeParse(header);
  if (!parsed.success) throw refusedHeader('An ODS code is 3 to 12 upper-case letters and digits.');
  return parsed.data;
}

/** Handler parameter: the signed-in member. */
export const Member = createParamDecorator((_: unknown, context: ExecutionContext): MemberCaller =>
  asMember(callerOf(context.switchToHttp().getRequest<FastifyRequest>())),
);

/** Handler parameter: whoever acts for an organisation, a member or a program. */
export const Acting = createParamDecorator((_: unknown, context: ExecutionContext): OrganisationCaller =>
  asOrganisation(callerOf(context.switchToHttp().getRequest<FastifyRequest>())),
);

/** Handler parameter: the signed-in member with their name and organisation. */
export const Known = createParamDecorator((_: unknown, context: ExecutionContext): KnownCaller => {
  const { known } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!known) throw new AppError('not-signed-in', 'Please sign in first.');
  return known;
});
