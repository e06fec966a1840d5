import { buildEndSessionUrl } from 'openid-client';
import { AppError } from '@definitivedx/errors';
import { endSession, type Session } from '../data/sessions.js';
import type { SignInContext } from '../sign-in/context.js';
import { hashOf } from '../sign-in/secrets.js';

/**
 * Ends the session, if it still exists, and says where to end the issuer's own; the start page while the issuer is
 * away, because our session has ended either way.
 */
export async function signOut(
  context: SignInContext,
  secret: string,
): Promise<{ ended: Session | undefined; endSessionUrl: string }> {
  const ended = await endSession(context.service.db, hashOf(secret));
  return { ended, endSessionUrl: await endSessionUrlOf(context, ended) };
}

async function endSessionUrlOf(
  { issuers, options }: SignInContext,
  ended: Session | undefined,
): Promise<string> {
  const home = new URL('/', options.publicUrl).href;
  try {
    const issuer = ended ? issuers.find(ended.issuer) : issuers.own;
    const configuration = await issuer?.configuration();
    if (!configuration?.serverMetadata().end_session_endpoint) return home;
    return buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: home,
      ...(ended ? { id_token_hint: ended.idToken } : {}),
    }).href;
  } catch (error) {
    if (error instanceof AppError && error.code === 'unavailable') return home;
    throw error;
  }
}
