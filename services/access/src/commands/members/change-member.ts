import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, changeMember as contract } from '@definitivedx/contracts';
import { AppError, notFound } from '@definitivedx/errors';
import { issuerOf } from '../../data/issuers.js';
import { rolesGiven } from '../../domain/member-roles.js';
import { recordOf } from '../../queries/members.js';
import { administer } from '../administer.js';
import { changePlace, lockMember } from './keeping.js';

/** Somebody else changed it in between. */
export const changedMeanwhile = (): AppError =>
  new AppError(
    'version-mismatch',
    'Somebody else has changed this in the meantime. Fetch it again, and make your change to that.',
  );

/**
 * Changes a member of the caller's organisation.
 * @throws AppError `not-found`, `version-mismatch`, `conflict`.
 */
export function changeMember(
  service: ServiceContext,
  caller: Caller,
  { memberId, expectedVersion, ...changes }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  return administer(
    service,
    caller,
    { act: 'member.change', subjectId: memberId },
    async (administration) => {
      const { tx, organisationId } = administration;
      const issuer = changes.issuer ?? (await issuerOf(tx, organisationId));
      const found = await lockMember(administration, issuer, memberId);
      if (!found) throw notFound('member');
      const { member, place } = found;
      if (expectedVersion !== undefined && expectedVersion !== place.version) throw changedMeanwhile();
      await changePlace(administration, member, place, {
        name: changes.name ?? member.name,
        email: changes.email ?? member.email,
        roles: changes.roles ?? rolesGiven(member.roles),
        userName: changes.userName ?? member.userName,
        givenName: changes.name === undefined ? member.givenName : null,
        familyName: changes.name === undefined ? member.familyName : null,
        subject: changes.subject ?? member.subject,
        issuer: changes.issuer,
      });
      const reply = await recordOf(tx, organisationId, memberId);
      const detail = { fields: Object.keys(changes), ...(changes.roles && { roles: changes.roles }) };
      return { reply, detail };
    },
  );
}
