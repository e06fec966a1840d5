import type { ScimKind, ScimResource } from '@definitivedx/contracts';

export type Json = ScimResource[string];
export type JsonObject = Readonly<Record<string, Json>>;

/** What kind of thing an attribute holds. */
type Shape = 'simple' | 'complex' | 'multi';

interface Attribute {
  readonly name: string;
  readonly shape: Shape;
  readonly readOnly?: true;
}

const attribute = (name: string, shape: Shape, readOnly?: true): [string, Attribute] => [
  name.toLowerCase(),
  { name, shape, ...(readOnly && { readOnly }) },
];

const common = [
  attribute('id', 'simple', true),
  attribute('meta', 'complex', true),
  attribute('schemas', 'multi', true),
  attribute('externalId', 'simple'),
  attribute('displayName', 'simple'),
];

/** What we keep, by its name in small letters. */
export const attributes: Readonly<Record<ScimKind, ReadonlyMap<string, Attribute>>> = {
  User: new Map([
    ...common,
    attribute('userName', 'simple'),
    attribute('name', 'complex'),
    attribute('active', 'simple'),
    attribute('emails', 'multi'),
    attribute('roles', 'multi'),
    attribute('groups', 'multi', true),
  ]),
  Group: new Map([...common, attribute('members', 'multi')]),
};

/** Of RFC 7643 and of the enterprise extension: known, not kept, and no reason to refuse the rest. */
const notKept = new Set(
  [
    'nickName profileUrl title userType preferredLanguage locale timezone password phoneNumbers ims photos addresses',
    'entitlements x509Certificates employeeNumber costCenter organization division department manager',
  ]
    .join(' ')
    .toLowerCase()
    .split(' '),
);

export const isNotKept = (name: string): boolean => notKept.has(name.toLowerCase());

/** Sub-attributes as RFC 7643 writes them, by their names in small letters. */
const subNames = new Map(
  [
    'formatted',
    'familyName',
    'givenName',
    'middleName',
    'honorificPrefix',
    'honorificSuffix',
    'value',
    'display',
  ]
    .concat(['type', 'primary', '$ref'])
    .map((name) => [name.toLowerCase(), name]),
);

export const subName = (name: string): string => subNames.get(name.toLowerCase()) ?? name;

export const isObject = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object's entries under the names that RFC 7643 gives its parts. */
export const withSubNames = (value: JsonObject): Record<string, Json> =>
  Object.fromEntries(Object.entries(value).map(([key, item]) => [subName(key), item]));

/** The id of a resource of ours. */
export const idOf = ({ id }: JsonObject): string => (typeof id === 'string' ? id : '');

/** True and false, also as Entra writes them. Undefined for anything else. */
export function booleanOf(value: Json | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  return { true: true, false: false }[value.trim().toLowerCase()];
}
