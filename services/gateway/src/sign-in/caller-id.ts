import type { OrganisationCaller } from '@definitivedx/auth';

/** The id of the person or program that makes a request. */
export const idOf = (caller: OrganisationCaller): string =>
  caller.kind === 'member' ? caller.memberId : caller.clientId;
