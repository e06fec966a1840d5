import { z } from 'zod';
import { request, type Who } from '../define.js';
import { commandId, id } from '../fields.js';

/** Who provisions an organisation by SCIM: its program, or its administrator. */
export const scimDoor = {
  members: ['organisation-admin'],
  clients: ['scim'],
} as const satisfies Who;

export const scimKind = z.enum(['User', 'Group']);
export type ScimKind = z.output<typeof scimKind>;

/** A resource without what only the door knows: `schemas` and `meta.location`. */
export const scimResource = z.record(z.string(), z.json());
export type ScimResource = z.output<typeof scimResource>;

/** Longest filter, in characters. */
export const longestScimFilter = 2_000;
/** Resources on a page at most, and changes in one PATCH. */
export const mostScimResources = 200;
export const mostScimOperations = 1_000;

const version = z.int().optional().describe('Refused as `version-mismatch` when it is another one by now.');

/**
 * Refusals carry the detail keyword of RFC 7644, table 9, as an issue with the path `scimType`.
 */
export const scimTypePath = 'scimType';

export const scimFind = request('access', 'scim-find', {
  summary: "SCIM: the users or groups of the caller's organisation that a filter of RFC 7644 lets through.",
  from: ['gateway'],
  who: scimDoor,
  request: z.strictObject({
    kind: scimKind,
    filter: z.string().max(longestScimFilter).optional(),
    startIndex: z.int().min(1).max(10_000_000).default(1),
    count: z.int().min(0).max(mostScimResources).default(100),
    withMembers: z.boolean().default(true),
  }),
  reply: z.strictObject({ total: z.int(), resources: z.array(scimResource) }),
});

export const scimGet = request('access', 'scim-get', {
  summary: "SCIM: a user or group of the caller's organisation.",
  from: ['gateway'],
  who: scimDoor,
  request: z.strictObject({ kind: scimKind, id }),
  reply: scimResource,
});

export const scimCreate = request('access', 'scim-create', {
  summary: 'SCIM: makes a user a member, or prepares a panel for a group.',
  from: ['gateway'],
  who: scimDoor,
  request: z.strictObject({ kind: scimKind, commandId, resource: scimResource }),
  reply: scimResource,
});

export const scimReplace = request('access', 'scim-replace', {
  summary: 'SCIM: replaces a user or group as a whole.',
  from: ['gateway'],
  who: scimDoor,
  request: z.strictObject({ kind: scimKind, id, version, resource: scimResource }),
  reply: scimResource,
});

export const scimPatch = request('access', 'scim-patch', {
  summary: 'SCIM: changes a user or group by operations, all of them or none.',
  from: ['gateway'],
  who: scimDoor,
  request: z.strictObject({
    kind: scimKind,
    id,
    version,
    operations: z
      .array(
        z.strictObject({
          op: z.enum(['add', 'remove', 'replace']),
          path: z.string().max(longestScimFilter).optional(),
          value: z.json().optional(),
        }),
      )
      .min(1)
      .max(mostScimOperations),
  }),
  reply: scimResource,
});

export const scimDelete = request('access', 'scim-delete', {
  summary: "SCIM: ends a member's place and hides it, or closes a panel.",
  from: ['gateway'],
  who: scimDoor,
  request: z.strictObject({ kind: scimKind, id, version }),
  reply: z.strictObject({}),
});
