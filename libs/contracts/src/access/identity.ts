import { z } from 'zod';
import { request } from '../define.js';
import { id, instant, line, odsCode, role, text } from '../fields.js';
import { issuerName } from './issuers.js';

const claimValues = z.array(z.string().max(200)).max(500);

export const identifyMember = request('access', 'identify-member', {
  summary:
    'Who a verified sign-in identity is, which organisation they act as, and whether their consent is current.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({
    issuer: z.url(),
    subject: line(255),
    odsCode: odsCode
      .optional()
      .describe('The organisation to act as; the only one, or the first, when absent.'),
    from: z.string().max(64).optional().describe('Network address of the request, for the audit.'),
    signIn: z.boolean().describe('True when the person has just signed in, which is audited.'),
    switchedFrom: id
      .optional()
      .describe('The organisation acted for until now, when the person asks for another, which is audited.'),
    organisations: claimValues
      .optional()
      .describe('What the verified token says of the place it is for; absent when it has no such claim.'),
    roleCodes: claimValues.optional().describe('What the verified token says of the role it is for.'),
    email: z
      .email()
      .max(254)
      .optional()
      .describe('Only when the issuer vouches for it; lets an invited administrator in for the first time.'),
  }),
  reply: z.strictObject({
    memberId: id,
    name: z.string(),
    organisationId: id,
    organisation: z.string(),
    odsCode,
    roles: z.array(role),
    consented: z.boolean(),
    organisations: z
      .array(z.strictObject({ odsCode, organisation: z.string(), roles: z.array(role) }))
      .describe('All that this sign-in may act for.'),
  }),
});

export const linkIdentity = request('access', 'link-identity', {
  summary: 'Lets a second sign-in identity, just proved, stand for the caller as well. Repeatable.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({ issuer: issuerName, subject: line(255) }),
  reply: z.strictObject({ issuer: issuerName, linkedAt: instant }),
});

export const myIdentities = request('access', 'my-identities', {
  summary: 'The sign-in identities that stand for the caller.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({}),
  reply: z.strictObject({
    identities: z.array(z.strictObject({ issuer: issuerName, linkedAt: instant.nullable() })),
  }),
});

export const consentKind = z.enum(['terms-of-use', 'privacy-policy']);

export const publishText = request('access', 'publish-text', {
  summary:
    'Publishes a version of the Terms of Use or Privacy Policy. The newest one in force must be accepted by everyone.',
  from: ['operator', 'gateway'],
  who: { services: ['operator'], members: ['operator'], beforeConsent: true },
  request: z.strictObject({
    kind: consentKind,
    version: line(20),
    title: line(200),
    body: text(200_000),
    effectiveFrom: instant,
  }),
  reply: z.strictObject({ hash: z.string() }),
});

export const currentTexts = request('access', 'current-texts', {
  summary: 'The texts in force, in full, and when the caller accepted each.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({}),
  reply: z.strictObject({
    texts: z.array(
      z.strictObject({
        kind: consentKind,
        version: z.string(),
        title: z.string(),
        body: z.string(),
        hash: z.string().describe('SHA-256 of the body, hexadecimal'),
        effectiveFrom: instant,
        acceptedAt: instant.nullable(),
      }),
    ),
  }),
});

export const acceptText = request('access', 'accept-text', {
  summary: 'Records that the caller accepts a text that is in force, by version and hash.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({ kind: consentKind, version: line(20), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  reply: z.strictObject({ acceptedAt: instant }),
});
