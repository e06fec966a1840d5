import { AppError, forbidden } from '@definitivedx/errors';
import type { Principal, Role, Scope, Who } from '@definitivedx/contracts';

/** A signed-in person, acting as one organisation. `token` is the signed form that travels on the bus. */
export interface MemberCaller {
  readonly kind: 'member';
  readonly memberId: string;
  readonly organisationId: string;
  readonly roles: readonly Role[];
  /** They have accepted the Terms of Use and Privacy Policy in force. */
  readonly consented: boolean;
  readonly sessionId: string;
  /** Network address the request came from, for the audit. */
  readonly from?: string | undefined;
  readonly token: string;
}

/** A program of an organisation, acting for it within its scopes; never for a person, and it reads no case. */
export interface ClientCaller {
  readonly kind: 'client';
  readonly clientId: string;
  readonly organisationId: string;
  readonly scopes: readonly Scope[];
  /** Network address the request came from, for the audit. */
  readonly from?: string | undefined;
  readonly token: string;
}

/** A service or tool acting by itself. */
export interface ServiceCaller {
  readonly kind: 'service';
  readonly service: Principal;
  readonly token: string;
}

/** On whose behalf something is done. Always an explicit argument, never ambient. */
export type Caller = MemberCaller | ClientCaller | ServiceCaller;

/** Someone, or something, that acts for one organisation. */
export type OrganisationCaller = MemberCaller | ClientCaller;

/** What a member or program is known by. */
export const actorIdOf = (caller: OrganisationCaller): string =>
  caller.kind === 'member' ? caller.memberId : caller.clientId;

/** The caller as a person. @throws AppError `forbidden` for a service. */
export function asMember(caller: Caller): MemberCaller {
  if (caller.kind !== 'member') throw forbidden('Only a signed-in member can do this.');
  return caller;
}

/** The caller as one that acts for an organisation. @throws AppError `forbidden` for a service. */
export function asOrganisation(caller: Caller): OrganisationCaller {
  if (caller.kind === 'service')
    throw forbidden('This is done for an organisation, by its people or programs.');
  return caller;
}

/**
 * Allows or refuses a caller by a contract's `who`; what is not named is refused.
 * @throws AppError `forbidden`, or `consent-required` for a member who has yet to accept the texts in force.
 */
export function assertAllowed(who: Who, caller: Caller): void {
  if (caller.kind === 'service') {
    if (who.services?.includes(caller.service)) return;
    throw forbidden(`The service ${caller.service} may not do this.`);
  }
  if (caller.kind === 'client') {
    const { clients = [] } = who;
    if (clients.some((scope) => caller.scopes.includes(scope))) return;
    throw forbidden(
      clients.length === 0
        ? 'Programs cannot do this; a person has to sign in.'
        : `This needs a token with one of these scopes: ${clients.join(', ')}.`,
    );
  }
  const allowed = who.members;
  if (allowed === undefined) throw forbidden('Members cannot do this.');
  if (allowed !== 'any' && !allowed.some((role) => caller.roles.includes(role))) {
    throw forbidden(
      `This needs one of these roles: ${allowed.join(', ')}. Ask your organisation's administrator.`,
    );
  }
  if (!caller.consented && !who.beforeConsent) {
    throw new AppError(
      'consent-required',
      'Please read and accept the current Terms of Use and Privacy Policy first: GET /api/v1/consent-texts, then POST /api/v1/consents.',
    );
  }
}
