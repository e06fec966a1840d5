import type { FastifyReply } from 'fastify';
import { attemptMs } from '../commands/begin-sign-in.js';

/** `__Host-` makes browsers insist on Secure, Path=/ and no Domain, so that no sibling host can plant one. */
const shared = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;

/** Holds the session's secret, for as long as the browser runs. */
export const sessionCookie = { name: '__Host-session', options: shared } as const;

/** Ties sign-ins that are under way to the browser that began them; shared by its tabs. */
export const signInCookie = {
  name: '__Host-sign-in',
  options: { ...shared, maxAge: attemptMs / 1000 },
} as const;

type OurCookie = typeof sessionCookie | typeof signInCookie;

export const setCookie = (reply: FastifyReply, { name, options }: OurCookie, secret: string): void =>
  void reply.setCookie(name, secret, options);

export const clearCookie = (reply: FastifyReply, { name }: OurCookie): void =>
  void reply.clearCookie(name, shared);
