import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id, instant, odsCode } from '../fields.js';

/** What an organisation's own set-up has to show before it is relied on. */
export const conformanceChecks = ['sign-in', 'scim', 'webhook', 'test-page'] as const;
export const conformanceCheck = z.enum(conformanceChecks);
export type ConformanceCheck = z.output<typeof conformanceCheck>;

/** Days after which a run that has not passed is over. */
export const conformanceDays = 7;

const runState = z
  .enum(['running', 'passed', 'expired'])
  .describe('Passed once every check has; expired when it had not within seven days.');

const run = {
  runId: id,
  state: runState,
  startedAt: instant,
  expiresAt: instant,
  endedAt: instant.nullable(),
};

export const conformanceReport = z.strictObject({
  ...run,
  reportedAt: instant.describe('When it was looked; what has passed stays passed, at the time it did.'),
  organisation: z.strictObject({ organisationId: id, odsCode, name: z.string() }),
  scimUserName: z
    .string()
    .describe(
      'What the userName of the user to be provisioned begins with, before the @ and a domain of yours.',
    ),
  checks: z.array(
    z.strictObject({
      check: conformanceCheck,
      state: z
        .enum(['waiting', 'passed', 'failed', 'expired'])
        .describe('Failed: it was tried and did not do. It passes as soon as another try does.'),
      next: z.string().describe('What to do now.'),
      at: instant.nullable().describe('When what is in evidence happened.'),
      evidence: z.record(z.string(), z.union([z.string(), z.int()])).describe('Ids and codes.'),
    }),
  ),
});

const who = { members: ['organisation-admin'], clients: ['conformance'] } as const;

export const beginConformanceRun = request('access', 'begin-conformance-run', {
  summary:
    "Begins a run in which the organisation's own sign-in, provisioning, webhook and on-call show that they work.",
  from: ['gateway'],
  who,
  request: z.strictObject({ commandId }),
  reply: conformanceReport,
});

export const getConformanceRun = request('access', 'get-conformance-run', {
  summary: 'The dated report of a run: what passed, by what, and what to do next.',
  from: ['gateway'],
  who,
  request: z.strictObject({ runId: id }),
  reply: conformanceReport,
});

const summary = z.strictObject({ ...run, passed: z.array(conformanceCheck) });

export const listConformanceRuns = request('access', 'list-conformance-runs', {
  summary: "The organisation's latest twenty runs, newest first.",
  from: ['gateway'],
  who,
  request: z.strictObject({}),
  reply: z.strictObject({ runs: z.array(summary) }),
});

export const latestConformanceRuns = request('access', 'latest-conformance-runs', {
  summary: "Each organisation's latest run, by ODS code, for operators. Without the evidence.",
  from: ['gateway', 'operator'],
  who: { members: ['operator'], services: ['operator'] },
  request: z.strictObject({
    after: odsCode.optional().describe('ODS code of the last one of the page before.'),
  }),
  reply: z.strictObject({
    organisations: z.array(
      z.strictObject({ organisationId: id, odsCode, name: z.string(), run: summary.nullable() }),
    ),
  }),
});
