import type { MemberCaller } from '@definitivedx/auth';
import { statement, type Queryable } from '@definitivedx/db';
import { forbidden } from '@definitivedx/errors';

const administers = statement<{ one: number }>(
  'access.administers',
  `select 1 as one from acting
    where member_id = $1 and organisation_id = $2 and 'organisation-admin' = any (roles)`,
);

/**
 * Makes sure that the caller administers the organisation they act as at this moment: a caller token outlives the role
 * by a minute or so.
 * @throws AppError `forbidden`
 */
export async function assertAdministers(db: Queryable, caller: MemberCaller): Promise<void> {
  const found = await db.run(administers, [caller.memberId, caller.organisationId]);
  if (found.length === 0) throw forbidden('You do not administer this organisation. Ask someone who does.');
}
