import { asMember, type Caller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, setLocalContacts as contract } from '@definitivedx/contracts';
import { keepLocalContacts } from '../data/flags.js';

/**
 * Sets whom members of the organisation acted for turn to. It is no text of a case: it names services and their
 * numbers, on purpose.
 */
export async function setLocalContacts(
  service: ServiceContext,
  caller: Caller,
  { commandId, text }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { memberId, organisationId } = asMember(caller);
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, () => {
      const at = service.clock.now();
      keepLocalContacts(tx, { organisationId, text, by: memberId, at });
      return Promise.resolve({ setAt: at.toISOString() });
    }),
  );
}
