import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id, instant, line, scope } from '../fields.js';

/** How the tokens of programs begin, so that they are told from a person's without trying. */
export const clientTokenPrefix = 'ddxc_';
export const scimTokenPrefix = 'ddxs_';

/** Days a SCIM token may live at the most. */
export const longestScimTokenDays = 365;

/** A public key as its owner sends it; which ones serve is decided, and said in words, by `access`. */
export const clientJwk = z
  .record(z.string().max(50), z.unknown())
  .describe('A public JWK (RFC 7517) with a kid.');

const keys = z.strictObject({ keys: z.array(clientJwk).min(1).max(10) });
const jwksUri = z.string().max(2_048).describe('Where the public keys are published, over https.');

/** Keys are given in one of two ways. */
const keySource = {
  jwks: keys.optional().describe('Public keys, RSA from 2048 bits, EC P-256 or P-384, or Ed25519.'),
  jwksUri: jwksUri
    .optional()
    .describe('Instead of `jwks`: fetched regularly, and never because of a request.'),
};
const scopeList = z
  .array(scope)
  .min(1)
  .max(20)
  .transform((list) => [...new Set(list)])
  .describe('What its tokens may be for.');

export const scimToken = z.strictObject({
  tokenId: id,
  createdAt: instant,
  expiresAt: instant,
});

export const apiClient = z.strictObject({
  clientId: id,
  name: z.string(),
  scopes: z.array(scope),
  keyIds: z.array(z.string()).describe('The kid of each key that counts now.'),
  jwksUri: z.string().nullable(),
  keysFetchedAt: instant.nullable().describe('When `jwksUri` was last read with success.'),
  keysProblem: z
    .string()
    .nullable()
    .describe('Why the last attempt to read `jwksUri` failed, in a code; the keys known before still count.'),
  scimTokens: z.array(scimToken).describe('Those that count now; the tokens themselves are shown only once.'),
  createdAt: instant,
});

const who = { members: ['organisation-admin'] } as const;

export const listClients = request('access', 'list-clients', {
  summary: "The organisation's programs that may ask for tokens.",
  from: ['gateway'],
  who,
  request: z.strictObject({}),
  reply: z.strictObject({ clients: z.array(apiClient) }),
});

export const registerClient = request('access', 'register-client', {
  summary: 'Registers a program of the organisation by its public keys.',
  from: ['gateway'],
  who,
  request: z.strictObject({ commandId, name: line(100), scopes: scopeList, ...keySource }),
  reply: apiClient,
});

export const replaceClientKeys = request('access', 'replace-client-keys', {
  summary: "Replaces a program's public keys. Tokens that were got with a key that is gone end with it.",
  from: ['gateway'],
  who,
  request: z.strictObject({ clientId: id, ...keySource }),
  reply: apiClient,
});

export const revokeClient = request('access', 'revoke-client', {
  summary: 'Ends a program: its tokens stop within two seconds, and it gets no new ones.',
  from: ['gateway'],
  who,
  request: z.strictObject({ clientId: id }),
  reply: z.strictObject({ revokedAt: instant }),
});

export const createScimToken = request('access', 'create-scim-token', {
  summary:
    'A long-lived secret for a provisioning service that cannot sign (Entra ID). Shown once; two at a time, for rotation.',
  from: ['gateway'],
  who,
  request: z.strictObject({
    clientId: id,
    days: z.int().min(1).max(longestScimTokenDays).default(180),
  }),
  reply: z.strictObject({ tokenId: id, token: z.string(), expiresAt: instant }),
});

export const revokeScimToken = request('access', 'revoke-scim-token', {
  summary: 'Ends a SCIM token within two seconds.',
  from: ['gateway'],
  who,
  request: z.strictObject({ clientId: id, tokenId: id }),
  reply: z.strictObject({ revokedAt: instant }),
});

/** A program that may act now. */
const activeClient = z.strictObject({
  clientId: id,
  organisationId: id,
  scopes: z.array(scope),
  keys: z.array(z.strictObject({ jwk: clientJwk, thumbprint: z.string().describe('RFC 7638, SHA-256') })),
});

export const identifyClient = request('access', 'identify-client', {
  summary:
    'A program, what it may do and its keys, while it and its organisation are active; null otherwise.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ clientId: id }),
  reply: z.strictObject({ client: activeClient.nullable() }),
});

export const identifyScimToken = request('access', 'identify-scim-token', {
  summary: 'Whose SCIM token it is, by its hash, while it counts; null otherwise.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  reply: z.strictObject({ client: activeClient.omit({ keys: true }).nullable() }),
});

export const noteClientToken = request('access', 'note-client-token', {
  summary: 'Writes to the audit that a program got a token, or that a known program was refused one.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({
    clientId: id,
    outcome: z.enum(['allowed', 'refused']),
    reason: z.enum(['key', 'assertion', 'replayed', 'scope']).optional(),
    scopes: z.array(scope).optional(),
    from: z.string().max(64).optional().describe('Network address of the request, for the audit.'),
  }),
  reply: z.strictObject({}),
});
