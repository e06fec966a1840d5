import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, casesHeldBy as contract } from '@definitivedx/contracts';
import { askedFor, responsibleFor } from '../data/erasure.js';

/** What a member still answers for, or waits for. */
export async function casesHeldBy(
  { db }: ServiceContext,
  _caller: Caller,
  { memberId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return { responsibleFor: await responsibleFor(db, memberId), askedFor: await askedFor(db, memberId) };
}
