import type { IssuerProfile } from '@definitivedx/contracts';

type Path = IssuerProfile['claims']['subject'];
type Source = NonNullable<IssuerProfile['claims']['organisation']>;

/** What a verified token says, by its issuer's profile. */
export interface MappedClaims {
  /** Undefined when the token does not name the person. */
  readonly subject: string | undefined;
  /** Absent when the issuer has no such claim; empty when this token says nothing. */
  readonly organisations?: readonly string[];
  readonly roleCodes?: readonly string[];
  /** Only one that the issuer vouches for. */
  readonly email?: string;
  readonly strengths: readonly string[];
}

/** More values are not passed on: a person has a handful of places, and a token is small. */
const mostValues = 500;
const longestValue = 200;

/** Own properties only: a claim called `constructor` is whatever the token says, and nothing else. */
function valueAt(claims: unknown, path: Path): unknown {
  let value = claims;
  for (const name of typeof path === 'string' ? [path] : path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value])
    .filter((one): one is string => typeof one === 'string' && one !== '' && one.length <= longestValue)
    .slice(0, mostValues);

function valuesOf(claims: unknown, source: Source): string[] {
  if (typeof source === 'string' || Array.isArray(source)) return textsOf(valueAt(claims, source));
  const list = valueAt(claims, source.list);
  const selected = valueAt(claims, source.equals);
  if (!Array.isArray(list) || typeof selected !== 'string' || selected === '') return [];
  const entries = (list as unknown[]).filter((entry) => valueAt(entry, source.where) === selected);
  // Two entries of one name would leave open which of them was meant.
  return entries.length === 1 ? textsOf(valueAt(entries[0], source.take)) : [];
}

/** Reads the claims of a verified token, and of UserInfo where the issuer keeps them there. */
export function mapClaims({ claims: profile }: IssuerProfile, claims: unknown): MappedClaims {
  const [subject] = textsOf(valueAt(claims, profile.subject));
  const email = profile.email === undefined ? undefined : valueAt(claims, profile.email);
  const vouched = valueAt(claims, 'email_verified') === true && typeof email === 'string';
  return {
    subject,
    ...(profile.organisation ? { organisations: valuesOf(claims, profile.organisation) } : {}),
    ...(profile.role ? { roleCodes: valuesOf(claims, profile.role) } : {}),
    ...(vouched && email.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(email) ? { email } : {}),
    strengths: textsOf(valueAt(claims, profile.strength)),
  };
}

/** Whether a sign-in counts as strong. */
export const isStrong = ({ strengths }: MappedClaims, accepted: readonly string[]): boolean =>
  strengths.some((strength) => accepted.includes(strength));
