import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, myIdentities as contract } from '@definitivedx/contracts';
import { identitiesOf } from '../data/identities.js';

/** With whom the caller can sign in as themself, and since when. */
export async function myIdentities(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  const identities = await identitiesOf(service.db, asMember(caller).memberId);
  return {
    identities: identities.map(({ issuer, linkedAt }) => ({
      issuer,
      linkedAt: linkedAt?.toISOString() ?? null,
    })),
  };
}
