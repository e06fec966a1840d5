import { forbidden, type AppError } from '@definitivedx/errors';
import type { IssuerProfile, Role } from '@definitivedx/contracts';

/** An organisation a person has a place in, and what it says of the issuer they signed in with. */
export interface Place {
  readonly odsCode: string;
  readonly roles: readonly Role[];
  /** What the issuer's organisation claim says for this organisation; null when it has not registered the issuer. */
  readonly claimValue: string | null;
}

/** What a verified sign-in says besides who it is. */
export interface SignedIn {
  readonly profile: Pick<IssuerProfile, 'roleGrants'> & {
    readonly claims: Pick<IssuerProfile['claims'], 'organisation' | 'role'>;
  };
  /** Values of the organisation claim; absent when the token has none. */
  readonly organisations?: readonly string[] | undefined;
  /** Values of the role claim. */
  readonly roleCodes?: readonly string[] | undefined;
}

/** Where this sign-in may act, with the roles it may have there; or why it may not. */
type Considered<P extends Place> = { readonly place: P } | { readonly refused: (odsCode: string) => string };

const notRegistered = (odsCode: string): string =>
  `${odsCode} does not take sign-ins from where you signed in. Sign in through its own: /auth/sign-in?organisation=${odsCode}.`;
const elsewhere = (odsCode: string): string =>
  `Your sign-in is for another place than ${odsCode}. Sign in again, and choose your role at ${odsCode}.`;
const otherRole = (odsCode: string): string =>
  `The role you chose at sign-in has no part in DefinitiveDx for ${odsCode}. Sign in again, and choose another one.`;

function consider<P extends Place>(place: P, signedIn: SignedIn): Considered<P> {
  const { profile, organisations = [], roleCodes = [] } = signedIn;
  if (place.claimValue === null) return { refused: notRegistered };
  // An issuer that says where a sign-in is for is believed when it says nothing, too: it is then for nowhere.
  if (profile.claims.organisation && !organisations.includes(place.claimValue)) return { refused: elsewhere };
  const { roleGrants } = profile;
  if (!profile.claims.role || !roleGrants) return { place };
  const granted = new Set(
    roleCodes.flatMap((code) => (Object.hasOwn(roleGrants, code) ? (roleGrants[code] ?? []) : [])),
  );
  const roles = place.roles.filter((role) => granted.has(role));
  return roles.length === 0 ? { refused: otherRole } : { place: { ...place, roles } };
}

/** The places this sign-in may act for. */
export const placesOf = <P extends Place>(places: readonly P[], signedIn: SignedIn): P[] =>
  places.flatMap((place) => {
    const considered = consider(place, signedIn);
    return 'place' in considered ? [considered.place] : [];
  });

/**
 * The organisation a person acts as: the chosen one, else the first that this sign-in may act for.
 * @returns an AppError `forbidden` when they do not belong to the chosen one, when it does not take this sign-in, or
 * when there is none at all.
 */
export function actingAs<P extends Place>(
  places: readonly P[],
  signedIn: SignedIn,
  chosen?: string,
): P | AppError {
  const [open] = placesOf(places, signedIn);
  if (chosen === undefined && open) return open;
  const asked = chosen === undefined ? places[0] : places.find((place) => place.odsCode === chosen);
  if (asked) {
    const considered = consider(asked, signedIn);
    return 'place' in considered ? considered.place : forbidden(considered.refused(asked.odsCode));
  }
  return forbidden(
    places.length === 0
      ? "Your account belongs to no organisation. Ask your organisation's administrator to add you."
      : `You are not a member of ${String(chosen)}. Choose one of your own organisations: ${places.map((place) => place.odsCode).join(', ')}.`,
  );
}
