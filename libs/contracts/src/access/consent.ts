import { z } from 'zod';
import { request } from '../define.js';
import { id, instant, line } from '../fields.js';
import { consentKind } from './identity.js';

const version = line(20);

/** A version of a text without its words. */
const textVersion = z.strictObject({
  kind: consentKind,
  version: z.string(),
  title: z.string(),
  hash: z.string().describe('SHA-256 of the body, hexadecimal'),
  effectiveFrom: instant,
  publishedAt: instant,
  state: z
    .enum(['upcoming', 'in-force', 'replaced'])
    .describe('Of a kind, the one that took effect last is in force and has to be accepted.'),
});

export const textVersions = request('access', 'text-versions', {
  summary:
    'Every version of the Terms of Use and Privacy Policy there ever was, and those to come, newest first.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({}),
  reply: z.strictObject({ texts: z.array(textVersion) }),
});

export const textByVersion = request('access', 'text-by-version', {
  summary: 'One version of a text in full, whether it is in force, replaced or to come.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({ kind: consentKind, version }),
  reply: textVersion.extend({ body: z.string() }),
});

export const withdrawConsent = request('access', 'withdraw-consent', {
  summary:
    'Withdraws consent to a kind of text. From then on nothing but the texts can be reached, until it is given again. It stays on record that, and when, consent was given and withdrawn.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({ kind: consentKind }),
  reply: z.strictObject({
    withdrawnAt: instant.nullable().describe('Null when there was no consent to withdraw.'),
  }),
});

export const consentRecord = request('access', 'consent-record', {
  summary: 'What the caller has accepted and withdrawn, and when, oldest first.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request: z.strictObject({}),
  reply: z.strictObject({
    acts: z.array(
      z.strictObject({
        memberId: id,
        kind: consentKind,
        version: z.string(),
        hash: z.string(),
        act: z.enum(['accepted', 'withdrawn']),
        at: instant,
      }),
    ),
  }),
});
