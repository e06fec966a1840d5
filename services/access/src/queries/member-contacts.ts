import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, memberContacts as contract } from '@definitivedx/contracts';
import { contactsOf } from '../data/directory.js';

/** Where to reach those of the members who are active; whoever is not is left out. */
export async function memberContacts(
  service: ServiceContext,
  _caller: Caller,
  { memberIds }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return { contacts: await contactsOf(service.db, memberIds) };
}
