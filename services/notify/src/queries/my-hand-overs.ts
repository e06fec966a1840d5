import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { myHandOvers as contract, ReplyOf } from '@definitivedx/contracts';
import { handOversOf } from '../data/hand-over-lists.js';

/** Hand-overs to or from the caller, or escalated to them, that are not complete; newest first, a hundred at most. */
export async function myHandOvers(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  return { handOvers: await handOversOf(service.db, asMember(caller).memberId) };
}
