import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, listFilters as contract } from '@definitivedx/contracts';
import { filtersOf } from '../data/filters.js';

/** The caller's saved filters. */
export async function listFilters(
  { db }: ServiceContext,
  caller: Caller,
  _input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const filters = await filtersOf(db, asMember(caller).memberId);
  return { filters: filters.map((row) => ({ ...row, changedAt: row.changedAt.toISOString() })) };
}
