import { z } from 'zod';
import { request } from '../define.js';
import { id, instant, line, odsCode } from '../fields.js';
import { acrValues, issuerName, issuerPreset, issuerProfile } from './issuers.js';

const mail = z.email().max(254);
const contact = z.strictObject({ name: line(200), email: mail });

/** Names an application towards its applicant, operators and the audit. */
export const applicationReference = z.string().regex(/^APP-[0-9A-HJKMNP-TV-Z]{10}$/);

/** What a trust, practice or ICB says when it applies. */
export const applicationForm = z.strictObject({
  odsCode,
  legalName: line(200),
  kind: z.enum(['trust', 'practice', 'icb']),
  dataRegion: z.string().max(40).describe('Where its data are to be kept; one that this deployment offers.'),
  agreement: z.strictObject({
    version: line(40).describe('Version of the data-processing terms that were agreed.'),
    signatory: z.strictObject({ name: line(200), role: line(200), email: mail }),
    controllers: z
      .array(
        z.strictObject({
          party: line(200),
          role: z.enum(['controller', 'joint-controller', 'processor']),
        }),
      )
      .min(1)
      .max(10)
      .describe('Who answers for the data, and as what.'),
  }),
  contacts: z.strictObject({
    caldicottGuardian: contact,
    clinicalSafetyOfficer: contact,
    dataProtectionOfficer: contact,
  }),
  issuer: z
    .strictObject({
      discoveryUrl: z.url().max(500).describe('Its OpenID Connect discovery document.'),
      clientId: line(255).describe('Of the client that was made for us there.'),
      preset: issuerPreset.optional(),
      profile: issuerProfile.optional(),
      acrValues: acrValues
        .optional()
        .describe('Sign-ins that count as strong; those of the preset when absent.'),
      audience: line(255).optional().describe('`aud` of access tokens for our API, when programs send some.'),
      claimValue: line(100)
        .optional()
        .describe('What the organisation claim says; the ODS code when absent.'),
    })
    .refine(({ preset, profile }) => (preset === undefined) !== (profile === undefined), {
      message: 'Name a preset, or give a profile of your own; one of the two.',
      path: ['preset'],
    })
    .refine(({ profile, acrValues: levels }) => profile === undefined || levels !== undefined, {
      message: 'Say which sign-ins count as strong: a profile of your own has no list of them.',
      path: ['acrValues'],
    }),
  administrator: z
    .strictObject({
      name: line(200),
      email: mail,
      subject: line(255)
        .optional()
        .describe('What the issuer calls them. Without it, the first sign-in with the mail address counts.'),
    })
    .describe('The first administrator, who signs in through the issuer above.'),
});
export type ApplicationForm = z.output<typeof applicationForm>;

const status = z.enum(['pending', 'approved', 'refused']);

/** A secret that only its applicant has; kept as its hash. */
const secretHash = z.string().regex(/^[0-9a-f]{64}$/);

const progress = z.strictObject({
  reference: applicationReference,
  odsCode,
  status,
  reason: z.string().nullable().describe('Why it was refused.'),
  submittedAt: instant,
  decidedAt: instant.nullable(),
});

/** The gateway asks outside: only it may. `issuer` is what the discovery document calls itself. */
export const submitApplication = request('access', 'submit-application', {
  summary: 'Takes an application whose issuer was reached and understood.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({
    form: applicationForm,
    issuer: issuerName,
    secretHash,
    from: z.string().max(64).optional(),
  }),
  reply: progress,
});

export const checkApplication = request('access', 'check-application', {
  summary: 'Refuses what would be refused at once, before anybody outside is asked.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ form: applicationForm }),
  reply: z.strictObject({}),
});

export const applicationProgress = request('access', 'application-progress', {
  summary: 'How far an application is, for whoever has its secret.',
  from: ['gateway'],
  who: { services: ['gateway'] },
  request: z.strictObject({ reference: applicationReference, secretHash }),
  reply: progress,
});

export const listApplications = request('access', 'list-applications', {
  summary: 'Applications, the newest first, for operators to decide.',
  from: ['gateway', 'operator'],
  who: { members: ['operator'], services: ['operator'] },
  request: z.strictObject({
    status: status.optional(),
    before: id.optional().describe('Application id of the last one of the page before.'),
  }),
  reply: z.strictObject({
    applications: z.array(progress.extend({ applicationId: id, issuer: issuerName, form: applicationForm })),
  }),
});

export const approveApplication = request('access', 'approve-application', {
  summary:
    'Approves: makes organisation, issuer and first administrator at once. Repeating it changes nothing.',
  from: ['gateway', 'operator'],
  who: { members: ['operator'], services: ['operator'] },
  request: z.strictObject({ reference: applicationReference }),
  reply: z.strictObject({ reference: applicationReference, organisationId: id, administratorId: id }),
});

export const refuseApplication = request('access', 'refuse-application', {
  summary: 'Refuses, with a reason that the applicant reads. Repeating it changes nothing.',
  from: ['gateway', 'operator'],
  who: { members: ['operator'], services: ['operator'] },
  request: z.strictObject({ reference: applicationReference, reason: line(500) }),
  reply: progress,
});
