import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, callerPrincipals as contract } from '@definitivedx/contracts';
import { principalsOf } from '../data/directory.js';

/** The keys under which cases are shared with the caller. For finding; what they may see is decided by `checkAccess`. */
export async function callerPrincipals(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  return { principals: await principalsOf(service.db, asMember(caller)) };
}
