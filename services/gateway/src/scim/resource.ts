import type { ScimKind, ScimResource } from '@definitivedx/contracts';
import { groupSchema, userSchema } from './discovery.js';

export type Json = ScimResource[string];

export const schemaOf: Readonly<Record<ScimKind, string>> = { User: userSchema, Group: groupSchema };
export const endpointOf: Readonly<Record<ScimKind, string>> = { User: '/Users', Group: '/Groups' };

const isObject = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where a resource is. */
export const locationOf = (base: string, kind: ScimKind, id: Json | undefined): string =>
  `${base}${endpointOf[kind]}/${typeof id === 'string' ? id : ''}`;

/** A resource as it leaves: with its schema, and with addresses. */
export function dressed(base: string, kind: ScimKind, resource: ScimResource): ScimResource {
  const refer = (items: Json | undefined, to: ScimKind): Json[] =>
    (Array.isArray(items) ? items : []).map((item) =>
      isObject(item) ? { ...item, $ref: locationOf(base, to, item['value']) } : item,
    );
  const meta = isObject(resource['meta']) ? resource['meta'] : {};
  return {
    schemas: [schemaOf[kind]],
    ...resource,
    ...('groups' in resource ? { groups: refer(resource['groups'], 'Group') } : {}),
    ...('members' in resource ? { members: refer(resource['members'], 'User') } : {}),
    meta: { ...meta, location: locationOf(base, kind, resource['id']) },
  };
}

/** A resource's version, for the ETag header. */
export const tagOf = (resource: ScimResource): string | undefined => {
  const { meta } = resource;
  return isObject(meta) && typeof meta['version'] === 'string' ? meta['version'] : undefined;
};

/** Attributes that a client asks for, or does not want (RFC 7644, section 3.9). */
export interface Projection {
  readonly attributes: readonly string[];
  readonly excludedAttributes: readonly string[];
}

const always: ReadonlySet<string> = new Set(['schemas', 'id']);

/** In small letters, without the URN of the schema. */
const plain = (name: string): string => name.slice(name.lastIndexOf(':') + 1).toLowerCase();

/** Reads what a query's `attributes` or `excludedAttributes` lists. */
export const namesIn = (list: string | readonly string[] | undefined): string[] =>
  (typeof list === 'string' ? list.split(',') : (list ?? []))
    .map((name) => plain(name.trim()))
    .filter((name) => name !== '');

/** True when the attribute will be in the answer. */
export function wants({ attributes, excludedAttributes }: Projection, name: string): boolean {
  const key = name.toLowerCase();
  if (always.has(key)) return true;
  if (attributes.length > 0) return attributes.some((one) => one === key || one.startsWith(`${key}.`));
  return !excludedAttributes.includes(key);
}

/** What is left of a resource. `id` and `schemas` always are. */
export function project(resource: ScimResource, projection: Projection): ScimResource {
  const { attributes, excludedAttributes } = projection;
  const kept = Object.entries(resource).filter(([name]) => wants(projection, name));
  return Object.fromEntries(
    kept.map(([name, value]) => {
      const key = name.toLowerCase();
      const subs = (list: readonly string[]): string[] =>
        list.filter((one) => one.startsWith(`${key}.`)).map((one) => one.slice(key.length + 1));
      const wanted = attributes.includes(key) ? [] : subs(attributes);
      const unwanted = attributes.length > 0 ? [] : subs(excludedAttributes);
      if (wanted.length === 0 && unwanted.length === 0) return [name, value];
      const part = (item: Json): Json =>
        isObject(item)
          ? Object.fromEntries(
              Object.entries(item).filter(([sub]) =>
                wanted.length > 0
                  ? wanted.includes(sub.toLowerCase())
                  : !unwanted.includes(sub.toLowerCase()),
              ),
            )
          : item;
      return [name, Array.isArray(value) ? value.map(part) : part(value)];
    }),
  );
}
