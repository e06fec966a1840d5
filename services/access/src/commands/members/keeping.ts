import { v7 } from 'uuid';
import { emit } from '@definitivedx/bus';
import { scimTypePath, specialistEnded, type MemberRole } from '@definitivedx/contracts';
import { AppError, conflict } from '@definitivedx/errors';
import { issuerFor } from '../../data/issuers.js';
import { memberOf, type MemberRow } from '../../data/members.js';
import {
  identityHolder,
  insertAccount,
  keepPlace,
  lockPlace,
  placesElsewhere,
  replaceIdentity,
  setPlaceState,
  updateAccount,
  userNameTaken,
  type PlaceRow,
} from '../../data/places.js';
import { lockRegistration } from '../../data/registration.js';
import type { Administration } from '../administer.js';
import { assertNotLastAdministrator } from './ending.js';

/** What an organisation says of a person. */
export interface Particulars {
  readonly name: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string;
  readonly userName: string | null;
  readonly roles: readonly MemberRole[];
  /** Who they are at the issuer; null for somebody who cannot sign in yet. */
  readonly subject: string | null;
  readonly issuer?: string | undefined;
}

/** Already there: the refusal that says which field, and SCIM's word for it. */
const taken = (path: string, message: string): AppError =>
  new AppError('conflict', message, {
    issues: [
      { path, message },
      { path: scimTypePath, message: 'uniqueness' },
    ],
  });

/**
 * Gives a person a place in the organisation. Who signs in as the subject already keeps account and name, which another
 * organisation may have given; this one's name for them is kept beside it. A place that was removed is given anew.
 * @returns their id.
 * @throws AppError `conflict` for who has a place, and for a user name that is taken.
 */
export async function openPlace(administration: Administration, given: Particulars): Promise<string> {
  const { tx, organisationId, now } = administration;
  // Two organisations may bring the same person at once.
  await lockRegistration(tx);
  const issuer = given.subject === null ? undefined : await issuerFor(tx, organisationId, given.issuer);
  const known =
    issuer === undefined || given.subject === null
      ? undefined
      : await identityHolder(tx, issuer, given.subject);
  const memberId = known ?? v7();
  const place = known === undefined ? undefined : await lockPlace(tx, organisationId, memberId);
  if (place && !place.removed) {
    throw taken(
      'subject',
      place.status === 'active'
        ? 'This person is a member of your organisation already.'
        : "This person's place in your organisation has ended. Reopen it instead.",
    );
  }
  await assertUserNameFree(administration, given.userName, memberId);
  if (known === undefined) {
    insertAccount(tx, { memberId, name: given.name, email: given.email });
    if (issuer !== undefined) replaceIdentity(tx, memberId, issuer, given.subject);
  } else if (!(await placesElsewhere(tx, organisationId, memberId)).now) {
    updateAccount(tx, { memberId, name: given.name, email: given.email });
  }
  keepPlace(tx, placeOf(administration, memberId, given, place), now);
  setPlaceState(tx, { organisationId, memberId }, 'active', now);
  return memberId;
}

/**
 * Changes what the organisation says of a member. Their account's name follows only while they act for no other organisation, and
 * how they sign in can be changed only for who never had a place elsewhere: else one organisation could take over what another gave.
 * @throws AppError `conflict` for a user name or subject that is taken, and for the last administrator's role.
 */
export async function changePlace(
  administration: Administration,
  current: MemberRow,
  place: PlaceRow,
  given: Particulars,
): Promise<void> {
  const { tx, organisationId, now } = administration;
  const { memberId } = current;
  const losesAdministration =
    place.roles.includes('organisation-admin') && !given.roles.includes('organisation-admin');
  if (losesAdministration && place.status === 'active')
    await assertNotLastAdministrator(administration, memberId);
  if (given.userName !== null && given.userName.toLowerCase() !== current.userName.toLowerCase())
    await assertUserNameFree(administration, given.userName, memberId);
  const elsewhere = await placesElsewhere(tx, organisationId, memberId);
  await changeIdentity(administration, current, given, elsewhere.ever);
  if (!elsewhere.now) updateAccount(tx, { memberId, name: given.name, email: given.email });
  keepPlace(tx, placeOf(administration, memberId, given, place), now);
  if (place.roles.includes('specialist') && !given.roles.includes('specialist'))
    emit(tx, specialistEnded, memberId, { memberId, organisationId, at: now.toISOString() });
}

async function changeIdentity(
  { tx, organisationId }: Administration,
  current: MemberRow,
  { subject, issuer: named }: Particulars,
  elsewhere: boolean,
): Promise<void> {
  const sameIssuer = named === undefined || named === current.issuer;
  if (subject === current.subject && sameIssuer) return;
  if (elsewhere) {
    throw conflict(
      'This person has, or had, a place elsewhere too, so how they sign in cannot be changed by one organisation. Leave the subject as it is, or ask the operator.',
    );
  }
  const issuer = await issuerFor(tx, organisationId, named ?? current.issuer ?? undefined);
  await lockRegistration(tx);
  if (subject !== null) {
    const holder = await identityHolder(tx, issuer, subject);
    if (holder !== undefined && holder !== current.memberId)
      throw taken('subject', 'Somebody else signs in as this subject.');
  }
  replaceIdentity(tx, current.memberId, issuer, subject);
}

async function assertUserNameFree(
  { tx, organisationId }: Administration,
  userName: string | null,
  memberId: string,
): Promise<void> {
  if (userName !== null && (await userNameTaken(tx, organisationId, userName, memberId)))
    throw taken('userName', 'Somebody else in your organisation has this user name.');
}

const placeOf = (
  { organisationId }: Administration,
  memberId: string,
  { name, givenName, familyName, email, userName, roles }: Particulars,
  place: PlaceRow | undefined,
) => ({
  memberId,
  organisationId,
  name,
  givenName,
  familyName,
  email,
  userName,
  // Whether somebody runs the platform is not for an organisation to say, nor to take away.
  roles: [...new Set([...roles, ...(place?.roles.filter((role) => role === 'operator') ?? [])])],
});

/** A member of the organisation with their place, locked; undefined for who was removed or was never one. */
export async function lockMember(
  { tx, organisationId }: Pick<Administration, 'tx' | 'organisationId'>,
  issuer: string | undefined,
  memberId: string,
): Promise<{ member: MemberRow; place: PlaceRow } | undefined> {
  const place = await lockPlace(tx, organisationId, memberId);
  if (!place || place.removed) return undefined;
  const member = await memberOf(tx, organisationId, issuer, memberId);
  return member && { member, place };
}
