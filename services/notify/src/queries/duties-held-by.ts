import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, dutiesHeldBy as contract } from '@definitivedx/contracts';
import { openHandOversOf, panelsOnCallFor } from '../data/erasure.js';

/** Where a member is still on call, now or later. */
export async function dutiesHeldBy(
  { db, clock }: ServiceContext,
  _caller: Caller,
  { memberId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return {
    panelIds: await panelsOnCallFor(db, memberId, clock.now()),
    handOvers: await openHandOversOf(db, memberId),
  };
}
