import { decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { AppError, invalidInput, toAppError } from '@definitivedx/errors';
import { z } from 'zod';
import { claimLogoutToken, endSessionsOfIssuer } from '../data/sessions.js';
import type { SignInContext } from '../sign-in/context.js';
import type { KnownIssuer } from '../sign-in/known-issuer.js';

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const longestToken = 8_192;
const toleranceSeconds = 5;
/** A logout token older than this comes too late to be believed; it is remembered for as long, so that it counts once. */
const maxAgeSeconds = 300;

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
const name = z.string().min(1).max(255);
const logoutClaims = z
  .object({
    jti: name,
    iat: z.number(),
    sub: name.optional(),
    sid: name.optional(),
    nonce: z.undefined().optional(),
    events: z.object({ [logoutEvent]: z.looseObject({}) }),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);

/**
 * Ends the sessions that an issuer says have ended (OpenID Connect Back-Channel Logout 1.0): on every replica, because
 * each request and each second of an open stream looks its session up. Verified with the keys at hand; nobody is asked.
 * @returns the sessions that were ended.
 * @throws AppError `invalid-input` for a token that does not verify or was used before.
 */
export async function backChannelLogout(
  context: SignInContext,
  token: string,
): Promise<readonly { sessionId: string; memberId: string }[]> {
  if (token.length > longestToken) throw refused();
  const issuer = issuerOf(context, token);
  const { jti, sub, sid } = await verify(context, issuer, token);
  const { service } = context;
  const expiresAt = new Date(service.clock.now().getTime() + (maxAgeSeconds + toleranceSeconds) * 1000);
  return service.db.transaction(async (tx) => {
    if (!(await claimLogoutToken(tx, issuer.settings.issuer, jti, expiresAt))) throw refused();
    return endSessionsOfIssuer(tx, issuer.settings.issuer, sub, sid);
  });
}

function issuerOf({ issuers }: SignInContext, token: string): KnownIssuer {
  let claimed: JWTPayload;
  try {
    claimed = decodeJwt(token);
  } catch (error) {
    throw refused(error);
  }
  const issuer = typeof claimed.iss === 'string' ? issuers.find(claimed.iss) : undefined;
  // Null where nobody signs in through us, so that there is no session to end.
  if (!issuer?.settings.clientId) throw refused();
  return issuer;
}

async function verify({ service }: SignInContext, issuer: KnownIssuer, token: string) {
  const keys = issuer.currentKeys();
  const { issuer: iss, clientId } = issuer.settings;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms,
      issuer: iss,
      audience: clientId ?? '',
      clockTolerance: toleranceSeconds,
      maxTokenAge: maxAgeSeconds,
      currentDate: service.clock.now(),
    });
    // The type is recommended, not required; what an issuer calls anything else is not a logout token.
    const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '') ?? 'jwt';
    if (type !== 'logout+jwt' && type !== 'jwt') throw refused();
    return logoutClaims.parse(payload);
  } catch (error) {
    throw error instanceof AppError ? toAppError(error) : refused(error);
  }
}

const refused = (cause?: unknown): AppError => {
  const { code, message, issues } = invalidInput('The logout token is not valid, or was used before.', [
    { path: 'logout_token', message: 'is not a valid logout token for us' },
  ]);
  return new AppError(code, message, { ...(issues ? { issues } : {}), cause });
};
