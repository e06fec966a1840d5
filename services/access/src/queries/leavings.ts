import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, listLeavings as contract } from '@definitivedx/contracts';
import { assertOperator } from '../data/directory.js';
import { leavingsAfter, toLeaving } from '../data/leaving.js';

/** Organisations that leave or have left, a page at a time. */
export async function listLeavings(
  service: ServiceContext,
  caller: Caller,
  { after = '' }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  await assertOperator(service.db, caller);
  return { leavings: (await leavingsAfter(service.db, after, 50)).map(toLeaving) };
}
