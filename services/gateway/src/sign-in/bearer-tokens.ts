import { Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { AppError } from '@definitivedx/errors';
import { Clock } from '@definitivedx/bus';
import { Options } from '../config.js';
import { SigningKeys } from './signing-keys.js';

/** Asymmetric only: with a shared-secret algorithm on the list, a public key would do as the secret. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const longestToken = 8_192;
const toleranceSeconds = 5;

const claimsOf = z.object({ sub: z.string().min(1).max(255), exp: z.number(), acr: z.string().optional() });

/** Whose access token it is, and until when it counts. */
export interface TokenHolder {
  readonly issuer: string;
  readonly subject: string;
  readonly endsAt: Date;
}

/** Refused, with the reason a client's library understands (RFC 6750, RFC 9470). */
export class TokenRefused extends AppError {
  constructor(
    readonly challenge: string,
    message: string,
    cause?: unknown,
  ) {
    super('not-signed-in', message, { cause });
  }
}

/** Verifies JWT access tokens (RFC 9068) of the one issuer, with the keys at hand and no call to anywhere. */
@Injectable()
export class BearerTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly options: Options,
    private readonly clock: Clock,
  ) {}

  /** @throws TokenRefused, or AppError `unavailable` while the issuer's keys are not yet known. */
  async verify(token: string): Promise<TokenHolder> {
    const keys = this.keys.current();
    if (token.length > longestToken) throw invalidToken();
    const claims = await this.claims(token, keys);
    if (claims.acr === undefined || !this.options.acrValues.includes(claims.acr)) throw this.weakSignIn();
    return { issuer: this.options.issuer, subject: claims.sub, endsAt: new Date(claims.exp * 1000) };
  }

  private async claims(
    token: string,
    keys: ReturnType<SigningKeys['current']>,
  ): Promise<z.output<typeof claimsOf>> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer: this.options.issuer,
        audience: this.options.apiAudience,
        typ: 'at+jwt',
        requiredClaims: ['exp', 'sub', 'aud', 'iss'],
        clockTolerance: toleranceSeconds,
        currentDate: this.clock.now(),
      });
      return claimsOf.parse(payload);
    } catch (error) {
      throw error instanceof errors.JWTExpired
        ? new TokenRefused(
            'error="invalid_token"',
            'The access token has expired. Please get a new one.',
            error,
          )
        : invalidToken(error);
    }
  }

  private weakSignIn(): TokenRefused {
    return new TokenRefused(
      `error="insufficient_user_authentication", acr_values="${this.options.acrValues.join(' ')}"`,
      'This needs a sign-in with strong authentication. Please sign in again with your second factor.',
    );
  }
}

const invalidToken = (cause?: unknown): TokenRefused =>
  new TokenRefused(
    'error="invalid_token"',
    'The access token is not valid for this API. Please get a new one.',
    cause,
  );
