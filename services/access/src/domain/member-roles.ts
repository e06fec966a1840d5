import { memberRole, type MemberRole, type Role } from '@definitivedx/contracts';

/** Of somebody's roles, those that their organisation gives. */
export const rolesGiven = (roles: readonly Role[]): MemberRole[] =>
  roles.flatMap((role) => {
    const parsed = memberRole.safeParse(role);
    return parsed.success ? [parsed.data] : [];
  });
