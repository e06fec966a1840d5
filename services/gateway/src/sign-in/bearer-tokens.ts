import { Injectable } from '@nestjs/common';
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { AppError } from '@definitivedx/errors';
import { Clock } from '@definitivedx/bus';
import { isStrong, mapClaims } from '../domain/claims.js';
import { Issuers } from './issuers.js';
import type { KnownIssuer } from './known-issuer.js';

/** Asymmetric only: with a shared-secret algorithm on the list, a public key would do as the secret. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const longestToken = 8_192;
const toleranceSeconds = 5;

/** Whose access token it is, and until when it counts. */
export interface TokenHolder {
  readonly issuer: string;
  readonly subject: string;
  /** What it says of the place and role it is for; null when its issuer says nothing of either. */
  readonly organisations: readonly string[] | null;
  readonly roleCodes: readonly string[] | null;
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

/** Verifies JWT access tokens (RFC 9068) of the issuers that are known, with the keys at hand and no call to anywhere. */
@Injectable()
export class BearerTokens {
  constructor(
    private readonly issuers: Issuers,
    private readonly clock: Clock,
  ) {}

  /** @throws TokenRefused, or AppError `unavailable` while the issuer's keys are not yet known. */
  async verify(token: string): Promise<TokenHolder> {
    if (token.length > longestToken) throw invalidToken();
    const issuer = this.issuerOf(token);
    const { profile, acrValues } = issuer.settings;
    const claims = await this.claims(token, issuer);
    const mapped = mapClaims(profile, claims);
    if (mapped.subject === undefined) throw invalidToken();
    if (!isStrong(mapped, acrValues)) throw weakSignIn(acrValues);
    return {
      issuer: issuer.settings.issuer,
      subject: mapped.subject,
      organisations: mapped.organisations ?? null,
      roleCodes: mapped.roleCodes ?? null,
      endsAt: new Date((claims.exp ?? 0) * 1000),
    };
  }

  /** By its own word, which is only taken once the token was verified with that issuer's keys. */
  private issuerOf(token: string): KnownIssuer {
    let name: unknown;
    try {
      name = decodeJwt(token).iss;
    } catch (error) {
      throw invalidToken(error);
    }
    const issuer = typeof name === 'string' ? this.issuers.find(name) : undefined;
    if (!issuer) throw invalidToken();
    return issuer;
  }

  private async claims(token: string, issuer: KnownIssuer): Promise<JWTPayload> {
    const { audience, profile, issuer: name } = issuer.settings;
    const keys = issuer.currentKeys();
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer: name,
        audience,
        typ: profile.accessTokens.type,
        requiredClaims: ['exp', 'aud', 'iss', ...profile.accessTokens.needs],
        clockTolerance: toleranceSeconds,
        currentDate: this.clock.now(),
      });
      return payload;
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
}

const weakSignIn = (acrValues: readonly string[]): TokenRefused =>
  new TokenRefused(
    `error="insufficient_user_authentication", acr_values="${acrValues.join(' ')}"`,
    'This needs a sign-in with strong authentication. Please sign in again with your second factor.',
  );

const invalidToken = (cause?: unknown): TokenRefused =>
  new TokenRefused(
    'error="invalid_token"',
    'The access token is not valid for this API. Please get a new one.',
    cause,
  );
