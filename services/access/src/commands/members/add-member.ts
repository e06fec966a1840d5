import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, addMember as contract } from '@definitivedx/contracts';
import { administer } from '../administer.js';
import { recordOf } from '../../queries/members.js';
import { openPlace } from './keeping.js';

/**
 * Gives a person a place in the caller's organisation.
 * @throws AppError `conflict` for who has one, `invalid-input` when the issuer has to be named.
 */
export function addMember(
  service: ServiceContext,
  caller: Caller,
  { commandId, name, email, roles, userName, subject, issuer }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return administer(service, caller, { act: 'member.add', commandId }, async (administration) => {
    const memberId = await openPlace(administration, {
      name,
      email,
      roles,
      userName: userName ?? email,
      givenName: null,
      familyName: null,
      subject: subject ?? null,
      issuer,
    });
    const reply = await recordOf(administration.tx, administration.organisationId, memberId);
    return { reply, subjectId: reply.memberId, detail: { roles } };
  });
}
