import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, namesOf as contract } from '@definitivedx/contracts';
import { namesByIds } from '../data/names.js';

/** What organisations, panels and members are called. Whether the reader may know is for the service that asks. */
export function namesOf(
  service: ServiceContext,
  _caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return namesByIds(service.db, input);
}
