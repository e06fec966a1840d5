import { anonymisationDuty, type Role } from '@definitivedx/contracts';
import { roleOf, type Part, type Stage } from './cast.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** JSON, or CSV when it is a string. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

type Expected = 'through' | 'not-signed-in' | 'forbidden' | 'consent-required' | 'not-found';

export interface Route {
  readonly request: (stage: Stage) => Asked;
  readonly expected: (part: Part) => Expected;
  /** The route is about a case by its id: a stranger's answer must be that of an id that does not exist. */
  readonly unknown?: boolean;
}

/** Those who get past the door: everyone else is told the same by every route. */
const atTheDoor = (part: Part, { beforeConsent = false } = {}): Expected | undefined => {
  if (part === 'anonymous') return 'not-signed-in';
  if (part === 'disabled') return 'forbidden';
  if (part === 'unconsented' && !beforeConsent) return 'consent-required';
  return undefined;
};

const id = '01890000-0000-7000-8000-000000000001';
const asks =
  (method: string, path: string, body?: unknown, headers?: Record<string, string>) => (): Asked => ({
    method,
    path,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });

/** Open to anyone, signed in or not. */
const open = (request: Route['request']): Route => ({ request, expected: () => 'through' });

/** For any member. */
const member = (request: Route['request'], options: { beforeConsent?: boolean } = {}): Route => ({
  request,
  expected: (part) => atTheDoor(part, options) ?? 'through',
});

/** For members with one of these roles; a role is had in the organisation one acts for. */
const role = (roles: readonly Role[], request: Route['request']): Route => ({
  request,
  expected: (part) => atTheDoor(part) ?? (roles.includes(roleOf(part)!) ? 'through' : 'forbidden'),
});

/** The same, refused at the door already, before it is asked what they have consented to. */
const doorRole = (roles: readonly Role[], request: Route['request']): Route => ({
  request,
  expected: (part) => {
    const theirs = roleOf(part);
    return theirs === null || part === 'disabled' || roles.includes(theirs)
      ? (atTheDoor(part) ?? 'through')
      : 'forbidden';
  },
});

/** For one administrator, about something of their organisation; to the others there is no such thing. */
const ofAdmin = (admin: Part, request: Route['request']): Route => ({
  request,
  expected: (part) => {
    const { expected } = doorRole(['organisation-admin'], request);
    return expected(part) === 'through' && part !== admin ? 'not-found' : expected(part);
  },
});

/** For members with one of these roles, about something that is not there. */
const ofNothing = (roles: readonly Role[], request: Route['request']): Route => ({
  request,
  expected: (part) => {
    const { expected } = doorRole(roles, request);
    return expected(part) === 'through' ? 'not-found' : expected(part);
  },
});

const clinical: readonly Role[] = ['clinician', 'specialist'];
const anyRole: readonly Role[] = [...clinical, 'organisation-admin', 'programme-lead', 'operator'];

/** About the case: for those in one of these relations; to everyone else with such a role there is no such case. */
const onCase = (
  allowed: readonly Part[],
  roles: readonly Role[],
  request: (stage: Stage) => Asked,
  but: Partial<Record<Part, Expected>> = {},
): Route => ({
  request,
  unknown: true,
  expected: (part) =>
    atTheDoor(part) ??
    but[part] ??
    (!roles.includes(roleOf(part)!) ? 'forbidden' : allowed.includes(part) ? 'through' : 'not-found'),
});

const askingSide: readonly Part[] = ['requester', 'cover'];
const controlling: readonly Part[] = [...askingSide, 'delegate'];
const taking: readonly Part[] = [...controlling, 'panelMember', 'invited'];
const reading: readonly Part[] = [...taking, 'governance'];

const caseAt =
  (method: string, rest = '', body?: unknown, headers?: Record<string, string>) =>
  (stage: Stage) =>
    asks(method, `/api/v1/cases/${stage.caseId}${rest}`, body, headers)();

const survey = { outcome: 'new-or-additional-action', referral: 'contemplated-avoided' };
const period = 'from=2026-01&to=2026-11';
const attested = {
  'content-type': 'image/png',
  'x-attestation-version': anonymisationDuty.version,
  'x-attestation-hash': anonymisationDuty.hash,
};

const admins: readonly Role[] = ['organisation-admin'];
const ownMembers = '/api/v1/organisation/members';
const ownPanels = '/api/v1/organisation/panels';

/** Every route of the API, with a request that is right but for who makes it. Requests may be repeated by everyone. */
export const routes: Readonly<Record<string, Route>> = {
  'GET /api/v1/organisation/members': doorRole(admins, asks('GET', `${ownMembers}?limit=1`)),
  // Refused later: no organisation takes sign-ins from there.
  'POST /api/v1/organisation/members': doorRole(
    admins,
    asks('POST', ownMembers, {
      name: 'Nobody',
      email: 'nobody@demo.invalid',
      roles: ['clinician'],
      subject: 'nobody',
      issuer: 'https://elsewhere.invalid',
    }),
  ),
  'GET /api/v1/organisation/members/{memberId}': ofAdmin('trustAdmin', (stage) =>
    asks('GET', `${ownMembers}/${stage.memberId.panelMember}`)(),
  ),
  'PATCH /api/v1/organisation/members/{memberId}': ofAdmin('trustAdmin', (stage) =>
    asks('PATCH', `${ownMembers}/${stage.memberId.panelMember}`, { name: 'Cast panelMember' })(),
  ),
  // Refused later, of the organisation's own: who leads a panel needs a successor.
  'DELETE /api/v1/organisation/members/{memberId}': ofAdmin('trustAdmin', (stage) =>
    asks('DELETE', `${ownMembers}/${stage.memberId.panelMember}`)(),
  ),
  'POST /api/v1/organisation/members/{memberId}/deactivate': ofNothing(
    admins,
    asks('POST', `${ownMembers}/${id}/deactivate`),
  ),
  'POST /api/v1/organisation/members/{memberId}/reopen': ofAdmin('trustAdmin', (stage) =>
    asks('POST', `${ownMembers}/${stage.memberId.panelMember}/reopen`)(),
  ),
  'GET /api/v1/organisation/members/imports': doorRole(admins, asks('GET', `${ownMembers}/imports`)),
  // Refused later: there are no such columns.
  'POST /api/v1/organisation/members/imports': doorRole(admins, asks('POST', `${ownMembers}/imports`, 'a,b')),
  'GET /api/v1/organisation/members/imports/{importId}': ofNothing(
    admins,
    asks('GET', `${ownMembers}/imports/${id}`),
  ),
  'GET /api/v1/organisation/members/imports/{importId}/events': ofNothing(
    admins,
    asks('GET', `${ownMembers}/imports/${id}/events`),
  ),
  'GET /api/v1/organisation/panels': doorRole(admins, asks('GET', ownPanels)),
  // Refused later: a panel needs members.
  'POST /api/v1/organisation/panels': doorRole(
    admins,
    asks('POST', ownPanels, {
      name: 'Nobody',
      specialty: 'None',
      phone: '01632 960000',
      leadMemberId: id,
      memberIds: [],
    }),
  ),
  'GET /api/v1/organisation/panels/{panelId}': ofAdmin('trustAdmin', (stage) =>
    asks('GET', `${ownPanels}/${stage.panelId}`)(),
  ),
  'PATCH /api/v1/organisation/panels/{panelId}': ofAdmin('trustAdmin', (stage) =>
    asks('PATCH', `${ownPanels}/${stage.panelId}`, { phone: '01632 960001' })(),
  ),
  'POST /api/v1/organisation/panels/{panelId}/close': ofNothing(
    admins,
    asks('POST', `${ownPanels}/${id}/close`),
  ),
  'POST /api/v1/organisation/panels/{panelId}/members': ofAdmin('trustAdmin', (stage) =>
    asks('POST', `${ownPanels}/${stage.panelId}/members`, { memberIds: [stage.memberId.panelMember] })(),
  ),
  // Refused later, of the organisation's own: it is the last one.
  'DELETE /api/v1/organisation/panels/{panelId}/members/{memberId}': ofAdmin('trustAdmin', (stage) =>
    asks('DELETE', `${ownPanels}/${stage.panelId}/members/${stage.memberId.panelMember}`)(),
  ),
  'POST /api/v1/organisation/panels/{panelId}/offers': ofAdmin('trustAdmin', (stage) =>
    asks('POST', `${ownPanels}/${stage.panelId}/offers`, { odsCode: 'NOWHERE' })(),
  ),
  'DELETE /api/v1/organisation/panels/{panelId}/offers/{organisationId}': ofNothing(
    admins,
    asks('DELETE', `${ownPanels}/${id}/offers/${id}`),
  ),
  'GET /api/v1/organisation/panel-offers': doorRole(admins, asks('GET', '/api/v1/organisation/panel-offers')),
  'POST /api/v1/organisation/panel-offers/{panelId}': ofNothing(
    admins,
    asks('POST', `/api/v1/organisation/panel-offers/${id}`, { answer: 'accepted' }),
  ),
  'POST /api/v1/accounts/{memberId}/disable': ofNothing(
    ['operator'],
    asks('POST', `/api/v1/accounts/${id}/disable`),
  ),
  'POST /api/v1/accounts/{memberId}/enable': ofNothing(
    ['operator'],
    asks('POST', `/api/v1/accounts/${id}/enable`),
  ),
  'GET /auth/sign-in': open(asks('GET', '/auth/sign-in')),
  'POST /auth/sign-out': open(asks('POST', '/auth/sign-out')),
  'GET /api/v1/me': member(asks('GET', '/api/v1/me'), { beforeConsent: true }),
  'GET /api/v1/consent-texts': member(asks('GET', '/api/v1/consent-texts'), { beforeConsent: true }),
  'POST /api/v1/consents': member(
    asks('POST', '/api/v1/consents', { kind: 'terms-of-use', version: 'none', hash: '0'.repeat(64) }),
    { beforeConsent: true },
  ),
  'GET /api/v1/anonymisation-duty': member(asks('GET', '/api/v1/anonymisation-duty')),
  'GET /api/v1/panels': member(asks('GET', '/api/v1/panels')),
  'GET /api/v1/panels/{panelId}/on-call': member((stage) =>
    asks('GET', `/api/v1/panels/${stage.panelId}/on-call`)(),
  ),
  'POST /api/v1/members/search': member(asks('POST', '/api/v1/members/search', { name: 'Cast' })),
  'POST /api/v1/cases': role(clinical, (stage) =>
    // Refused later: another text was attested.
    asks('POST', '/api/v1/cases', {
      question: 'Is this rash worth a referral?',
      history: 'Day 3 of fever.',
      ageBand: '2-5 years',
      sex: 'not-relevant',
      intendedAction: 'unsure',
      priority: 'routine',
      attestation: { version: 'another', hash: '0'.repeat(64) },
      audience: [{ kind: 'panel', panelId: stage.panelId }],
    })(),
  ),
  'GET /api/v1/cases': member(asks('GET', '/api/v1/cases')),
  'POST /api/v1/cases/search': member(asks('POST', '/api/v1/cases/search', { code: 'DX-0000-0000' })),
  'GET /api/v1/cases/{caseId}': onCase(reading, anyRole, caseAt('GET')),
  'POST /api/v1/cases/{caseId}/posts': onCase(
    taking,
    clinical,
    caseAt('POST', '/posts', { kind: 'note', body: 'Noted.' }),
  ),
  'GET /api/v1/cases/{caseId}/audience': onCase(controlling, anyRole, caseAt('GET', '/audience')),
  'POST /api/v1/cases/{caseId}/audience': onCase(controlling, clinical, (stage) =>
    // Refused later: the requester needs no grant.
    caseAt('POST', '/audience', { audience: [{ kind: 'member', memberId: stage.memberId.requester }] })(
      stage,
    ),
  ),
  'DELETE /api/v1/cases/{caseId}/audience/{grantId}': onCase(
    [],
    clinical,
    caseAt('DELETE', `/audience/${id}`),
  ),
  'POST /api/v1/cases/audience-preview': role(clinical, (stage) =>
    asks('POST', '/api/v1/cases/audience-preview', {
      audience: [{ kind: 'panel', panelId: stage.panelId }],
    })(),
  ),
  'POST /api/v1/cases/{caseId}/audience/preview': onCase(controlling, clinical, (stage) =>
    caseAt('POST', '/audience/preview', { audience: [{ kind: 'panel', panelId: stage.panelId }] })(stage),
  ),
  'GET /api/v1/cases/{caseId}/readers': onCase(controlling, anyRole, caseAt('GET', '/readers')),
  'PUT /api/v1/cases/{caseId}/invite-only': onCase(
    controlling,
    clinical,
    caseAt('PUT', '/invite-only', { inviteOnly: false }),
  ),
  'POST /api/v1/cases/{caseId}/governance-access': {
    request: caseAt('POST', '/governance-access', { reason: 'A complaint has to be answered.' }),
    expected: (part) => atTheDoor(part) ?? (part === 'governance' ? 'through' : 'forbidden'),
    unknown: true,
  },
  'POST /api/v1/cases/{caseId}/hand-over-acceptance': onCase(
    ['panelMember'],
    ['specialist'],
    caseAt('POST', '/hand-over-acceptance', {}),
  ),
  'POST /api/v1/cases/{caseId}/record-copy': onCase(askingSide, clinical, caseAt('POST', '/record-copy', {})),
  // There is no advice yet, so that closing is refused later.
  'POST /api/v1/cases/{caseId}/close': onCase(askingSide, clinical, caseAt('POST', '/close', { survey })),
  'GET /api/v1/hand-overs': role(['specialist'], asks('GET', '/api/v1/hand-overs')),
  'POST /api/v1/panels/{panelId}/take-over': {
    request: (stage) => asks('POST', `/api/v1/panels/${stage.panelId}/take-over`, {})(),
    expected: (part) => atTheDoor(part) ?? (part === 'panelMember' ? 'through' : 'forbidden'),
  },
  'GET /api/v1/metrics/report': role(['programme-lead'], asks('GET', `/api/v1/metrics/report?${period}`)),
  'POST /api/v1/metrics/baselines': role(
    ['programme-lead'],
    asks('POST', '/api/v1/metrics/baselines?name=Line', 'x'),
  ),
  'GET /api/v1/organisation': doorRole(['organisation-admin'], asks('GET', '/api/v1/organisation')),
  'PATCH /api/v1/organisation': doorRole(['organisation-admin'], asks('PATCH', '/api/v1/organisation', {})),
  'PUT /api/v1/organisation/duties/{duty}': doorRole(
    ['organisation-admin'],
    // Refused later: nobody has such an id.
    asks('PUT', '/api/v1/organisation/duties/cover', { memberIds: [id] }),
  ),
  'PUT /api/v1/organisation/panels/{panelId}/rota': ofAdmin('trustAdmin', (stage) =>
    asks('PUT', `/api/v1/organisation/panels/${stage.panelId}/rota`, {
      timeZone: 'Europe/London',
      shifts: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
        weekday,
        start: '00:00',
        end: '24:00',
        memberId: stage.memberId.panelMember,
      })),
    })(),
  ),
  'POST /api/v1/organisation/panels/{panelId}/test-pages': ofAdmin('trustAdmin', (stage) =>
    asks('POST', `/api/v1/organisation/panels/${stage.panelId}/test-pages`, {})(),
  ),
  'GET /api/v1/organisation/test-pages': doorRole(
    ['organisation-admin'],
    asks('GET', '/api/v1/organisation/test-pages'),
  ),
  'POST /api/v1/test-pages/{pageId}/acknowledgement': {
    request: asks('POST', `/api/v1/test-pages/${id}/acknowledgement`, {}),
    expected: (part) => atTheDoor(part) ?? 'not-found',
  },
  'GET /api/v1/events': member(asks('GET', '/api/v1/events')),
  'POST /api/v1/cases/{caseId}/files': onCase(
    taking,
    anyRole,
    caseAt('POST', '/files', 'no picture', attested),
  ),
  'GET /api/v1/cases/{caseId}/files': onCase(reading, anyRole, caseAt('GET', '/files')),
  'GET /api/v1/files/{fileId}': {
    request: asks('GET', `/api/v1/files/${id}`),
    expected: (part) => atTheDoor(part) ?? 'not-found',
  },
  'HEAD /api/v1/files/{fileId}': {
    request: asks('HEAD', `/api/v1/files/${id}`),
    expected: (part) => {
      const door = atTheDoor(part);
      return door === 'consent-required' ? 'forbidden' : (door ?? 'not-found');
    },
  },
};
