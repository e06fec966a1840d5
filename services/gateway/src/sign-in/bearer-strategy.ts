import passport from 'passport';
import { toAppError } from '@definitivedx/errors';
import type { FastifyRequest } from 'fastify';
import { TokenRefused, type BearerTokens, type TokenHolder } from './bearer-tokens.js';

/** Passport's side of bearer tokens; one more way to sign requests is one more strategy. */
class BearerStrategy extends passport.Strategy {
  override readonly name = 'bearer';

  constructor(private readonly tokens: BearerTokens) {
    super();
  }

  override authenticate(request: Parameters<passport.Strategy['authenticate']>[0]): void {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      this.error(
        new TokenRefused(
          'error="invalid_request"',
          'Send the header as "Authorization: Bearer <access token>".',
        ),
      );
      return;
    }
    this.tokens.verify(token).then(
      (holder) => this.success(holder as unknown as Express.User),
      (error: unknown) => this.error(error),
    );
  }
}

/** Who holds the bearer token of a request. @throws TokenRefused, or AppError `unavailable`. */
export type AuthenticateBearer = (request: FastifyRequest) => Promise<TokenHolder>;

/** An authenticator of its own instead of Passport's global one, which two gateways in one process would share. */
export function bearerAuthenticator(tokens: BearerTokens): AuthenticateBearer {
  const authenticator = new passport.Passport();
  authenticator.use(new BearerStrategy(tokens));
  return (request) =>
    new Promise((resolve, reject) => {
      const done = (error: unknown, holder?: unknown): void => {
        if (error) reject(toAppError(error));
        else resolve(holder as TokenHolder);
      };
      const middleware = authenticator.authenticate('bearer', { session: false }, done) as (
        request: unknown,
        response: unknown,
        next: (error?: unknown) => void,
      ) => void;
      middleware(request, {}, reject);
    });
}
