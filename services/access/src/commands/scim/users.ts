import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ScimResource,
  scimCreate,
  scimDelete,
  scimPatch,
  scimReplace,
} from '@definitivedx/contracts';
import type { Queryable } from '@definitivedx/db';
import { notFound } from '@definitivedx/errors';
import { issuerOf } from '../../data/issuers.js';
import { memberOf, type MemberRow } from '../../data/members.js';
import { setPlaceState, type PlaceRow } from '../../data/places.js';
import { rolesGiven } from '../../domain/member-roles.js';
import { idOf, isObject, type JsonObject } from '../../domain/scim/attributes.js';
import { applyPatch } from '../../domain/scim/patch.js';
import { readUser, writeUser, type ScimUser } from '../../domain/scim/user.js';
import { administer, type Administration } from '../administer.js';
import { changedMeanwhile } from '../members/change-member.js';
import { assertNotLastAdministrator, endPlaceOf } from '../members/ending.js';
import { changePlace, lockMember, openPlace } from '../members/keeping.js';

type Without<T> = Omit<T, 'kind'>;

const userOf = (row: MemberRow): ScimUser => ({
  userName: row.userName,
  externalId: row.subject,
  name: row.name,
  givenName: row.givenName,
  familyName: row.familyName,
  email: row.email,
  roles: rolesGiven(row.roles),
  active: row.status === 'active',
});

/** A member as SCIM says it. */
export const toUser = (row: MemberRow): ScimResource => ({
  id: row.memberId,
  ...writeUser(userOf(row)),
  groups: row.panels.map((panel) => ({ value: panel.panelId, display: panel.name, type: 'direct' })),
  meta: {
    resourceType: 'User',
    created: row.createdAt.toISOString(),
    lastModified: row.changedAt.toISOString(),
    version: `W/"${String(row.version)}"`,
  },
});

const particularsOf = ({ active: _a, externalId, ...user }: ScimUser) => ({ ...user, subject: externalId });

async function found(db: Queryable, organisationId: string, memberId: string): Promise<ScimResource> {
  const row = await memberOf(db, organisationId, await issuerOf(db, organisationId), memberId);
  if (!row || row.removed) throw notFound('user');
  return toUser(row);
}

/** A user of the organisation. @throws AppError `not-found` */
export const getUser = found;

/**
 * Makes a user a member of the caller's organisation; see `openPlace` for who has an account already.
 * @throws AppError `conflict` with `uniqueness`
 */
export function createUser(
  service: ServiceContext,
  caller: Caller,
  { commandId, resource }: Without<InputOf<typeof scimCreate>>,
): Promise<ScimResource> {
  return administer(service, caller, { act: 'scim.user.create', commandId }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const user = readUser(resource);
    const memberId = await openPlace(administration, particularsOf(user));
    if (!user.active) setPlaceState(tx, { organisationId, memberId }, 'ended', now);
    const reply = await found(tx, organisationId, memberId);
    return {
      reply,
      subjectId: idOf(reply),
      detail: { active: reply['active'], roles: reply['roles'] },
    };
  });
}

/** Replaces a user; roles, state and how they sign in stay when they are left out. @throws AppError `not-found`, `conflict` */
export const replaceUser = (
  service: ServiceContext,
  caller: Caller,
  { id, version, resource }: Without<InputOf<typeof scimReplace>>,
): Promise<ScimResource> =>
  changeUser(service, caller, { act: 'scim.user.replace', id, version }, (before) => {
    const kept = writeUser(before);
    const left = ['roles', 'active', 'externalId'].filter((key) => !(key in resource) && key in kept);
    return { ...resource, ...Object.fromEntries(left.map((key) => [key, kept[key] ?? null])) };
  });

/** Changes a user by operations. @throws AppError `not-found`, `conflict`, `invalid-input` with SCIM's keyword */
export const patchUser = (
  service: ServiceContext,
  caller: Caller,
  { id, version, operations }: Without<InputOf<typeof scimPatch>>,
): Promise<ScimResource> =>
  changeUser(service, caller, { act: 'scim.user.patch', id, version }, (before) =>
    applyPatch('User', writeUser(before), operations),
  );

interface Change {
  readonly act: string;
  readonly id: string;
  readonly version: number | undefined;
}

function changeUser(
  service: ServiceContext,
  caller: Caller,
  { act, id: memberId, version }: Change,
  next: (before: ScimUser) => JsonObject,
): Promise<ScimResource> {
  return administer(service, caller, { act, subjectId: memberId }, async (administration) => {
    const { tx, organisationId } = administration;
    const { member, place } = await locked(administration, memberId, version);
    const before = userOf(member);
    const resource = next(before);
    const user = readUser(withoutUnset(resource), before);
    const moved = user.active !== before.active;
    if (moved && !user.active) {
      if (place.roles.includes('organisation-admin'))
        await assertNotLastAdministrator(administration, memberId);
      // A directory far away cannot say who leads instead, and must not wait: whoever there is.
      await endPlaceOf(administration, memberId, { succession: 'whoever-there-is', reason: 'removed' });
    }
    await changePlace(
      administration,
      member,
      { ...place, status: user.active ? place.status : 'ended' },
      particularsOf(user),
    );
    if (moved && user.active) setPlaceState(tx, { organisationId, memberId }, 'active', administration.now);
    const reply = await found(tx, organisationId, memberId);
    return { reply, detail: { active: user.active, roles: user.roles } };
  });
}

/** A PATCH that removes an attribute leaves none; `null` says the same. */
const withoutUnset = (resource: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(resource).filter(
      ([, value]) => value !== null && !(isObject(value) && Object.keys(value).length === 0),
    ),
  );

async function locked(
  administration: Administration,
  memberId: string,
  version: number | undefined,
): Promise<{ member: MemberRow; place: PlaceRow }> {
  const issuer = await issuerOf(administration.tx, administration.organisationId);
  const known = await lockMember(administration, issuer, memberId);
  if (!known) throw notFound('user');
  if (version !== undefined && version !== known.place.version) throw changedMeanwhile();
  return known;
}

/** Ends a member's place and hides it: the account and what they did stay, under an id that SCIM does not give out again. */
export function deleteUser(
  service: ServiceContext,
  caller: Caller,
  { id: memberId, version }: Without<InputOf<typeof scimDelete>>,
): Promise<Record<string, never>> {
  return administer(
    service,
    caller,
    { act: 'scim.user.delete', subjectId: memberId },
    async (administration) => {
      const { place } = await locked(administration, memberId, version);
      if (place.status === 'active') {
        if (place.roles.includes('organisation-admin'))
          await assertNotLastAdministrator(administration, memberId);
        await endPlaceOf(administration, memberId, {
          succession: 'whoever-there-is',
          reason: 'removed',
          remove: true,
        });
      } else {
        const { tx, organisationId, now } = administration;
        setPlaceState(tx, { organisationId, memberId }, 'removed', now);
      }
      return { reply: {} };
    },
  );
}
