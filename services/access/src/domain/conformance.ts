import { conformanceChecks, type ConformanceCheck } from '@definitivedx/contracts';

export type Codes = Readonly<Record<string, string | number>>;

/** What was found about a check that has passed. */
export interface Passed {
  readonly at: string;
  readonly evidence: Codes;
}
export type PassedChecks = Readonly<Partial<Record<ConformanceCheck, Passed>>>;

/** What was found about a check: that it passed, that a try did not do and why, or nothing. */
export type Finding =
  | (Passed & { readonly passed: true })
  | (Passed & { readonly passed: false; readonly why: Trouble })
  | undefined;
export type Findings = Readonly<Record<ConformanceCheck, Finding>>;

/** Why a try did not do, with what to do about it. */
const troubles = {
  'other-issuer':
    'A member signed in elsewhere than through an issuer of your own. Open /auth/sign-in?organisation=<your ODS code> and sign in there.',
  'still-active':
    'The user was provisioned. Now set its active to false through SCIM, as when somebody leaves.',
  'deleted-at-once':
    'The user was deleted before it was set inactive. Provision one of that name again, and set its active to false.',
  'active-again':
    'The user was set inactive, and has a place again. Set its active to false once more and leave it so.',
  'not-delivered':
    'Your endpoint has not answered 2xx. See its deliveries for what it answered, mend it, and ping it again.',
  'not-acknowledged':
    'The page was sent. Whoever is on call signs in and acknowledges it; a click by anybody else does not count.',
} as const;
export type Trouble = keyof typeof troubles;

/** Half done rather than tried in vain. */
const underWay: readonly Trouble[] = ['still-active', 'not-acknowledged'];

const todo = (check: ConformanceCheck, scimUserName: string): string =>
  ({
    'sign-in':
      'Have a member sign in anew, through your own issuer, with strong authentication: /auth/sign-in?organisation=<your ODS code>.',
    scim: `Have your directory provision a user whose userName is ${scimUserName}@<a domain of yours> through SCIM, with a program or SCIM token, and then set its active to false.`,
    webhook:
      'Ping a webhook of yours: POST /api/v1/organisation/webhooks/{webhookId}/ping. It has to answer 2xx.',
    'test-page':
      'Send a test page to a panel of yours (POST /api/v1/organisation/panels/{panelId}/test-pages), and have whoever is on call acknowledge it signed in.',
  })[check];

/** The userName to provision, before its @. */
export const scimUserNameOf = (code: string): string => `conformance-${code}`;

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** A run's code made of twelve random bytes. */
export const codeOf = (random: Uint8Array): string =>
  Array.from(random.subarray(0, 12), (byte) => digits[byte % 32] ?? '0').join('');

/** What has passed, with what was newly found; what passed once stays as it was. */
export function withFindings(passed: PassedChecks, findings: Findings): PassedChecks {
  const entries = conformanceChecks.flatMap((check) => {
    const finding = findings[check];
    const kept =
      passed[check] ?? (finding?.passed ? { at: finding.at, evidence: finding.evidence } : undefined);
    return kept ? [[check, kept] as const] : [];
  });
  return Object.fromEntries(entries);
}

export const allPassed = (passed: PassedChecks): boolean =>
  conformanceChecks.every((check) => passed[check] !== undefined);

/** The checks of a report. */
export function checksOf(
  { code, over, passed }: { readonly code: string; readonly over: boolean; readonly passed: PassedChecks },
  findings: Findings | undefined,
) {
  return conformanceChecks.map((check) => {
    const done = passed[check];
    if (done) return { check, state: 'passed' as const, next: 'Nothing: this works.', ...done };
    if (over) {
      const next = 'The time for this run is over. Begin another one.';
      return { check, state: 'expired' as const, next, at: null, evidence: {} };
    }
    const finding = findings?.[check];
    if (!finding || finding.passed)
      return {
        check,
        state: 'waiting' as const,
        next: todo(check, scimUserNameOf(code)),
        at: null,
        evidence: {},
      };
    const { why, at, evidence } = finding;
    return {
      check,
      state: underWay.includes(why) ? ('waiting' as const) : ('failed' as const),
      next: troubles[why],
      at,
      evidence: { ...evidence, code: why },
    };
  });
}
