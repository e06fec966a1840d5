import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  caseFlags as flagsContract,
  getLocalContacts as contactsContract,
} from '@definitivedx/contracts';
import { flagsOf, localContactsFor, localContactsOf } from '../data/flags.js';
import { confirmAccess } from './confirm-access.js';

/** The flags of a case, and whom to turn to, for whoever may see it. */
export async function caseFlags(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof flagsContract>,
): Promise<ReplyOf<typeof flagsContract>> {
  const member = asMember(caller);
  const { caseId } = await confirmAccess(service, member, input.caseId, 'read');
  const [flags, contacts] = await Promise.all([
    flagsOf(service.db, caseId),
    localContactsFor(service.db, caseId, member.organisationId),
  ]);
  return {
    flags: flags.map((flag) => ({
      ...flag,
      setAt: flag.setAt.toISOString(),
      clearedAt: flag.clearedAt?.toISOString() ?? null,
    })),
    localContacts: contacts.map(({ organisationId, text }) => ({ organisationId, text })),
  };
}

/** What the organisation acted for has set as its local contacts. */
export async function getLocalContacts(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contactsContract>> {
  const [set] = await localContactsOf(service.db, [asMember(caller).organisationId]);
  return { text: set?.text ?? null, setAt: set?.setAt.toISOString() ?? null };
}
