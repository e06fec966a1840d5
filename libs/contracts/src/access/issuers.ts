import { z } from 'zod';
import { request } from '../define.js';
import { id, line, odsCode, role } from '../fields.js';

const claimName = z.string().min(1).max(200);

/** Where in a token something is: a claim, or a path of names into one. */
export const claimPath = z.union([claimName, z.array(claimName).min(1).max(6)]);

/** A claim, or a field of the one entry of a list that another claim selects (CIS2: the role chosen at sign-in). */
export const claimSource = z.union([
  claimPath,
  z.strictObject({
    list: claimPath,
    where: claimName.describe('Field of an entry that names it.'),
    equals: claimPath.describe('Claim that says which entry was selected.'),
    take: claimName.describe('Field of that entry that is wanted.'),
  }),
]);

/** How an issuer writes its tokens, and how people sign in with it. */
export const issuerProfile = z.strictObject({
  claims: z.strictObject({
    subject: claimPath.describe('Names the person; never given to another one.'),
    email: claimPath.optional(),
    strength: claimPath.describe('How strongly they proved who they are; a text or a list of texts.'),
    organisation: claimSource
      .optional()
      .describe('The place this very sign-in is for, when the issuer says.'),
    role: claimSource.optional().describe('The role this very sign-in is for, when the issuer says.'),
  }),
  /** By value of the role claim, what a sign-in with it may be here at the most; absent: the role limits nothing. */
  roleGrants: z.record(z.string().max(100), z.array(role)).optional(),
  signIn: z.strictObject({
    scopes: z
      .array(z.string().regex(/^[!#-[\]-~]{1,100}$/))
      .min(1)
      .max(20),
    acrRequest: z
      .string()
      .max(200)
      .optional()
      .describe('`acr_values` to ask for; the accepted ones when absent.'),
    userInfo: z.boolean().describe('The claims are at the UserInfo endpoint.'),
  }),
  accessTokens: z.strictObject({
    type: z.enum(['at+jwt', 'JWT']).describe('`typ` of the header.'),
    needs: z
      .array(claimName)
      .max(5)
      .describe('Claims that tell an access token from an ID token of the same type.'),
  }),
});
export type IssuerProfile = z.output<typeof issuerProfile>;

const plain: IssuerProfile = {
  claims: { subject: 'sub', email: 'email', strength: 'acr' },
  signIn: { scopes: ['openid'], userInfo: false },
  accessTokens: { type: 'at+jwt', needs: [] },
};

/** What is known of an issuer's kind; everything can be said otherwise by an explicit profile. */
export const issuerPresets = {
  cis2: {
    acrValues: ['AAL2', 'AAL3', 'AAL2_OR_AAL3_ANY', 'AAL3_ANY'],
    shared: true,
    profile: {
      claims: {
        subject: 'nhsid_useruid',
        strength: 'acr',
        organisation: {
          list: 'nhsid_nrbac_roles',
          where: 'person_roleid',
          equals: 'selected_roleid',
          take: 'org_code',
        },
        role: {
          list: 'nhsid_nrbac_roles',
          where: 'person_roleid',
          equals: 'selected_roleid',
          take: 'role_code',
        },
      },
      signIn: {
        scopes: ['openid', 'profile', 'nationalrbacaccess', 'associatedorgs', 'selectedrole'],
        acrRequest: 'AAL2_OR_AAL3_ANY',
        userInfo: true,
      },
      accessTokens: { type: 'at+jwt', needs: [] },
    },
  },
  entra: {
    acrValues: ['c1'],
    shared: false,
    profile: {
      // `oid` stays the same in every application of the tenant; `sub` does not, and a mail address may be anyone's.
      claims: { subject: 'oid', strength: 'acrs' },
      signIn: { scopes: ['openid', 'profile'], userInfo: false },
      // Its access tokens are of the same type as its ID tokens; only they have scopes.
      accessTokens: { type: 'JWT', needs: ['scp'] },
    },
  },
  keycloak: {
    acrValues: ['AAL2', 'AAL3'],
    shared: false,
    profile: { ...plain, signIn: { scopes: ['openid', 'email'], userInfo: false } },
  },
} as const satisfies Record<
  string,
  { readonly acrValues: readonly string[]; readonly shared: boolean; readonly profile: IssuerProfile }
>;

export const issuerPreset = z.enum(['cis2', 'entra', 'keycloak']);

/** What is taken for an issuer that nobody described: one that writes its tokens as the standards say. */
export const plainProfile: IssuerProfile = plain;

/** An issuer exactly as it writes itself: compared as text, never as an address. */
export const issuerName = z.url({ protocol: /^https?$/ }).max(500);

export const acrValues = z
  .array(z.string().regex(/^[!-~]{1,100}$/))
  .min(1)
  .max(20);

const registered = z.strictObject({
  issuer: issuerName,
  discoveryUrl: z.url().max(500),
  clientId: z
    .string()
    .nullable()
    .describe('Ours at the issuer; null where people do not sign in through us.'),
  shared: z.boolean(),
  profile: issuerProfile,
  acrValues: z.array(z.string()).nullable().describe("The deployment's own list when null."),
  audience: z.string().nullable().describe("`aud` of its access tokens; the deployment's own when null."),
});
export type RegisteredIssuer = z.output<typeof registered>;

export const listIssuers = request('access', 'list-issuers', {
  summary: 'Every issuer that an organisation has registered, and how to read its tokens.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({}),
  reply: z.strictObject({ issuers: z.array(registered) }),
});

export const issuersOfOrganisation = request('access', 'issuers-of-organisation', {
  summary: "The issuers an organisation's people sign in with, its own before shared ones.",
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ odsCode }),
  reply: z.strictObject({ issuers: z.array(issuerName) }),
});

export const registerIssuer = request('access', 'register-issuer', {
  summary:
    'Registers an issuer, or changes how its tokens are read, and the organisations it is for. Repeatable.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({
    issuer: issuerName,
    discoveryUrl: z.url().max(500),
    clientId: line(255).nullable(),
    shared: z.boolean(),
    profile: issuerProfile,
    acrValues: acrValues.nullable(),
    audience: line(255).nullable(),
    organisations: z
      .array(
        z.strictObject({
          odsCode,
          claimValue: line(100)
            .optional()
            .describe('What the organisation claim says; the ODS code when absent.'),
        }),
      )
      .max(10_000),
  }),
  reply: z.strictObject({ issuer: issuerName }),
});

const place = z.strictObject({ memberId: id, organisationId: id, issuer: issuerName });

export const stillActing = request('access', 'still-acting', {
  summary:
    'Which of these people may still act for these organisations, signed in as they are. For open connections.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ places: z.array(place).max(2_000) }),
  reply: z.strictObject({ acting: z.array(z.boolean()).describe('One for each place, in order.') }),
});
