import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  callerPrincipals,
  type CaseFilter,
  type InputOf,
  type ReplyOf,
  type countCases as contract,
} from '@definitivedx/contracts';
import { countingList } from '../data/lists.js';
import { cappedCount, counted, listingOf } from './list-cases.js';

type Reply = ReplyOf<typeof contract>;

const all: CaseFilter = { view: 'all', unread: false, overdue: false, order: 'activity' };

const counts: Readonly<Record<keyof Reply, CaseFilter>> = {
  mine: { ...all, view: 'mine', state: 'open' },
  panels: { ...all, view: 'panels', state: 'open' },
  responsible: { ...all, view: 'responsible' },
  followed: { ...all, view: 'followed' },
  unread: { ...all, unread: true },
  due: { ...all, view: 'responsible', order: 'due' },
  overdue: { ...all, overdue: true, order: 'due' },
};

/**
 * How many cases wait in each of the caller's lists. Counted in the projection, among what access has just said they
 * are filed under; nothing of a case but that it exists gets into a number.
 */
export async function countCases(
  service: ServiceContext,
  caller: Caller,
  _input: InputOf<typeof contract>,
): Promise<Reply> {
  const member = asMember(caller);
  const { principals } = await service.bus.request(callerPrincipals, member, {});
  const now = service.clock.now();
  const names = Object.keys(counts) as (keyof Reply)[];
  const listings = await Promise.all(
    names.map((name) => listingOf(service, member, { filter: counts[name], principals, now })),
  );
  const asked = listings.flatMap((listing) => (listing ? [countingList(listing, counted)] : []));
  const answers = (await service.db.runAll(...asked)).values();
  const said = names.map((name, i) => {
    const rows = listings[i] ? answers.next().value : undefined;
    return [name, cappedCount(rows?.[0])] as const;
  });
  return Object.fromEntries(said) as Reply;
}
