import type { MemberCaller } from '@definitivedx/auth';
import type { Role } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';

const withRole = statement<{ one: number }>(
  'access.acting-with-role',
  'select 1 as one from acting where member_id = $1 and organisation_id = $2 and $3 = any (roles)',
);

/** Whether the caller has the role, in the organisation they act for, now. */
export async function mayReadAudit(db: Queryable, caller: MemberCaller, role: Role): Promise<boolean> {
  return (await db.run(withRole, [caller.memberId, caller.organisationId, role])).length > 0;
}
