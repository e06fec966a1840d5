import { isEmailAddress, line, memberRole, memberRoles, type MemberRole } from '@definitivedx/contracts';
import { booleanOf, isObject, withSubNames, type Json, type JsonObject } from './attributes.js';
import { refusal } from './refusal.js';

/** A user as the directory keeps it. */
export interface ScimUser {
  readonly userName: string;
  readonly externalId: string | null;
  readonly name: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string;
  readonly roles: readonly MemberRole[];
  readonly active: boolean;
}

/** Who is provisioned without a role. */
const roleByDefault: MemberRole = 'clinician';

const text = (value: Json | undefined, max: number, what: string): string | null => {
  if (value === undefined || value === null) return null;
  const parsed = line(max).safeParse(value);
  if (parsed.success) return parsed.data.trim();
  throw refusal('invalidValue', `${what} is one line of at most ${String(max)} characters.`);
};

/** The address that counts: the primary one, else the one for work, else the first. */
function emailOf(emails: Json | undefined, userName: string): string {
  const list = (Array.isArray(emails) ? emails : emails === undefined || emails === null ? [] : [emails]).map(
    (item) => (isObject(item) ? withSubNames(item) : { value: item }),
  );
  const filled = list.filter((item) => typeof item['value'] === 'string' && item['value'] !== '');
  const chosen =
    filled.find((item) => booleanOf(item['primary'])) ??
    filled.find((item) => typeof item['type'] === 'string' && item['type'].toLowerCase() === 'work') ??
    filled[0];
  const email = chosen ? chosen['value'] : userName;
  if (typeof email === 'string' && isEmailAddress(email)) return email;
  throw refusal('invalidValue', 'A user needs an e-mail address, as userName or in emails.');
}

/** A role as it is written: plainly, or, by Entra, as the text of an object that has it in `value`. */
function roleIn(written: Json | undefined): Json | undefined {
  const value = isObject(written) ? withSubNames(written)['value'] : written;
  if (typeof value !== 'string' || !value.trim().startsWith('{')) return value;
  try {
    const inner = JSON.parse(value) as Json;
    return isObject(inner) ? (inner['value'] ?? inner['displayName']) : undefined;
  } catch {
    return undefined;
  }
}

function rolesOf(roles: Json | undefined): MemberRole[] {
  const list = roles === undefined || roles === null ? [] : Array.isArray(roles) ? roles : [roles];
  const found = list.map((item) => {
    const value = roleIn(item);
    const parsed = memberRole.safeParse(typeof value === 'string' ? value.trim().toLowerCase() : value);
    if (parsed.success) return parsed.data;
    throw refusal('invalidValue', `A role is one of ${memberRoles.join(', ')}.`);
  });
  return found.length === 0 ? [roleByDefault] : [...new Set(found)];
}

interface Names {
  readonly displayName: string | null;
  readonly formatted: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
}

const joined = ({ givenName, familyName }: Names): string | null =>
  [givenName, familyName].filter(Boolean).join(' ') || null;

/** What somebody is called. We keep one name: whichever of those that mean it was changed. */
function nameOf(names: Names, before: ScimUser | undefined, userName: string): string {
  const { displayName, formatted } = names;
  if (!before) return displayName ?? formatted ?? joined(names) ?? userName;
  if (displayName !== null && displayName !== before.name) return displayName;
  if (formatted !== null && formatted !== before.name) return formatted;
  const partsBefore = joined({ ...before, displayName: null, formatted: null });
  if (before.name === partsBefore || displayName === null) return joined(names) ?? before.name;
  return before.name;
}

/**
 * Reads a user. @param before what it was, for what a replacement leaves out and must not be lost: how they sign in, roles, state.
 * @throws AppError `invalid-input` with `invalidValue`
 */
export function readUser(resource: JsonObject, before?: ScimUser): ScimUser {
  const userName = text(resource['userName'], 254, 'The attribute userName');
  if (userName === null) throw refusal('invalidValue', 'A user needs a userName.');
  const name = isObject(resource['name']) ? withSubNames(resource['name']) : {};
  const names: Names = {
    displayName: text(resource['displayName'], 200, 'The attribute displayName'),
    formatted: text(name['formatted'], 200, 'The attribute name.formatted'),
    givenName: text(name['givenName'], 100, 'The attribute name.givenName'),
    familyName: text(name['familyName'], 100, 'The attribute name.familyName'),
  };
  const active = resource['active'] === undefined ? (before?.active ?? true) : booleanOf(resource['active']);
  if (active === undefined) throw refusal('invalidValue', 'The attribute active is true or false.');
  return {
    userName,
    externalId: text(resource['externalId'], 255, 'The attribute externalId'),
    name: nameOf(names, before, userName).slice(0, 200),
    givenName: names.givenName,
    familyName: names.familyName,
    email: emailOf(resource['emails'], userName),
    roles: rolesOf(resource['roles']),
    active,
  };
}

/** A user as SCIM says it, without `id`, `groups` and `meta`. */
export const writeUser = (user: ScimUser): Record<string, Json> => ({
  ...(user.externalId === null ? {} : { externalId: user.externalId }),
  userName: user.userName,
  displayName: user.name,
  name: {
    formatted: user.name,
    ...(user.givenName === null ? {} : { givenName: user.givenName }),
    ...(user.familyName === null ? {} : { familyName: user.familyName }),
  },
  active: user.active,
  emails: [{ value: user.email, type: 'work', primary: true }],
  roles: user.roles.map((value) => ({ value })),
});
