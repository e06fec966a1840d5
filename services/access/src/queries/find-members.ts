import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, findMembers as contract } from '@definitivedx/contracts';
import { membersByName } from '../data/directory.js';
import { prefixPattern } from '../domain/search.js';

const mostFound = 20;

/** Active members whose name begins with the text, without the caller, who cannot be invited to their own case. */
export async function findMembers(
  service: ServiceContext,
  caller: Caller,
  { name }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const members = await membersByName(service.db, prefixPattern(name), asMember(caller).memberId, mostFound);
  return { members };
}
