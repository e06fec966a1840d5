import { anonymisationDuty } from '@definitivedx/contracts';
import { roleOf } from './cast.js';
import {
  admin,
  adminOnAn,
  anyRole,
  askingSide,
  asks,
  atTheDoor,
  caseAt,
  clinical,
  controlling,
  doorRole,
  id,
  member,
  notThere,
  ofAdmin,
  onCase,
  open,
  operatorOnAn,
  reading,
  role,
  taking,
  type Route,
} from './route-kinds.js';

const survey = { outcome: 'new-or-additional-action', referral: 'contemplated-avoided' };
const period = 'from=2026-01&to=2026-11';
const attested = {
  'content-type': 'image/png',
  'x-attestation-version': anonymisationDuty.version,
  'x-attestation-hash': anonymisationDuty.hash,
};

/** Every route of the API, with a request that is right but for who makes it. Requests may be repeated by everyone. */
export const routes: Readonly<Record<string, Route>> = {
  'GET /auth/sign-in': open(asks('GET', '/auth/sign-in')),
  'POST /auth/sign-out': open(asks('POST', '/auth/sign-out')),
  'GET /api/v1/me': member(asks('GET', '/api/v1/me'), { beforeConsent: true }),
  'GET /api/v1/consent-texts': member(asks('GET', '/api/v1/consent-texts'), { beforeConsent: true }),
  'POST /api/v1/consents': member(
    asks('POST', '/api/v1/consents', { kind: 'terms-of-use', version: 'none', hash: '0'.repeat(64) }),
    { beforeConsent: true },
  ),
  'GET /api/v1/consent-texts/versions': member(asks('GET', '/api/v1/consent-texts/versions'), {
    beforeConsent: true,
  }),
  'GET /api/v1/consent-texts/{kind}/versions/{version}': member(
    asks('GET', '/api/v1/consent-texts/terms-of-use/versions/1'),
    { beforeConsent: true },
  ),
  'GET /api/v1/consents': member(asks('GET', '/api/v1/consents'), { beforeConsent: true }),
  // Of a text that there is not: everybody's consent is still needed.
  'DELETE /api/v1/consents/{kind}': member(asks('DELETE', '/api/v1/consents/none'), { beforeConsent: true }),
  'POST /api/v1/platform/consent-texts': {
    request: asks('POST', '/api/v1/platform/consent-texts', {}),
    expected: (part) =>
      part === 'anonymous' ? 'not-signed-in' : roleOf(part) === 'operator' ? 'through' : 'forbidden',
  },
  'GET /.well-known/definitivedx-audit.json': open(asks('GET', '/.well-known/definitivedx-audit.json')),
  'GET /api/v1/audit': doorRole(['organisation-admin'], asks('GET', '/api/v1/audit')),
  'GET /api/v1/audit/export': doorRole(['organisation-admin'], asks('GET', '/api/v1/audit/export')),
  'GET /api/v1/platform/audit': doorRole(['operator'], asks('GET', '/api/v1/platform/audit')),
  'GET /api/v1/cases/{caseId}/audit': onCase(controlling, anyRole, caseAt('GET', '/audit')),
  'GET /api/v1/cases/{caseId}/audit/export': onCase(controlling, anyRole, caseAt('GET', '/audit/export')),
  'GET /api/v1/anonymisation-duty': member(asks('GET', '/api/v1/anonymisation-duty')),
  'GET /api/v1/panels': member(asks('GET', '/api/v1/panels')),
  'GET /api/v1/panels/{panelId}/on-call': member((stage) =>
    asks('GET', `/api/v1/panels/${stage.panelId}/on-call`)(),
  ),
  'GET /api/v1/case-form': role(clinical, asks('GET', '/api/v1/case-form')),
  'GET /api/v1/panels/{panelId}/case-form': role(clinical, (stage) =>
    asks('GET', `/api/v1/panels/${stage.panelId}/case-form`)(),
  ),
  'POST /api/v1/cases/expectation': role(clinical, (stage) =>
    asks('POST', '/api/v1/cases/expectation', {
      audience: [{ kind: 'panel', panelId: stage.panelId }],
      priority: 'routine',
    })(),
  ),
  // Of a panel that there is not: who gets that far is told so.
  'GET /api/v1/panels/{panelId}/template': notThere(anyRole, asks('GET', `/api/v1/panels/${id}/template`)),
  'PUT /api/v1/panels/{panelId}/template': notThere(
    ['specialist', 'organisation-admin'],
    asks('PUT', `/api/v1/panels/${id}/template`, { fields: { type: 'object', properties: {} } }),
  ),
  'GET /api/v1/drafts': role(clinical, asks('GET', '/api/v1/drafts')),
  'POST /api/v1/drafts': role(clinical, asks('POST', '/api/v1/drafts', { content: { question: 'Is' } })),
  // Nobody has this draft, and to everybody another's is none.
  'GET /api/v1/drafts/{draftId}': notThere(clinical, asks('GET', `/api/v1/drafts/${id}`)),
  'PUT /api/v1/drafts/{draftId}': notThere(clinical, asks('PUT', `/api/v1/drafts/${id}`, { content: {} })),
  'DELETE /api/v1/drafts/{draftId}': role(clinical, asks('DELETE', `/api/v1/drafts/${id}`)),
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
      consent: { sharing: 'parent-or-carer' },
      attestation: { version: 'another', hash: '0'.repeat(64) },
      audience: [{ kind: 'panel', panelId: stage.panelId }],
    })(),
  ),
  'GET /api/v1/cases': member(asks('GET', '/api/v1/cases')),
  'POST /api/v1/cases/search': member(asks('POST', '/api/v1/cases/search', { code: 'DX-0000-0000' })),
  'GET /api/v1/cases/counts': member(asks('GET', '/api/v1/cases/counts')),
  'PUT /api/v1/cases/{caseId}/follow': onCase(reading, anyRole, caseAt('PUT', '/follow')),
  'DELETE /api/v1/cases/{caseId}/follow': onCase(reading, anyRole, caseAt('DELETE', '/follow')),
  'GET /api/v1/me/filters': member(asks('GET', '/api/v1/me/filters')),
  'POST /api/v1/me/filters': member(
    asks('POST', '/api/v1/me/filters', { name: 'Urgent ones', filter: { priority: 'urgent' } }),
  ),
  'PUT /api/v1/me/filters/{filterId}': {
    request: asks('PUT', `/api/v1/me/filters/${id}`, { name: 'Open ones', filter: { state: 'open' } }),
    expected: (part) => atTheDoor(part) ?? 'not-found',
  },
  'DELETE /api/v1/me/filters/{filterId}': {
    request: asks('DELETE', `/api/v1/me/filters/${id}`),
    expected: (part) => atTheDoor(part) ?? 'not-found',
  },
  'GET /api/v1/cases/{caseId}': onCase(reading, anyRole, caseAt('GET')),
  'GET /api/v1/cases/{caseId}/export.pdf': onCase(reading, anyRole, caseAt('GET', '/export.pdf')),
  'GET /api/v1/cases/{caseId}/export.fhir.json': onCase(reading, anyRole, caseAt('GET', '/export.fhir.json')),
  'POST /api/v1/cases/{caseId}/posts': onCase(
    taking,
    clinical,
    caseAt('POST', '/posts', { kind: 'note', body: 'Noted.' }),
  ),
  // Of a post that there is not: those who see the case are told that, and everybody else that there is no case.
  'POST /api/v1/cases/{caseId}/posts/{postId}/edits': onCase(
    [],
    clinical,
    caseAt('POST', `/posts/${id}/edits`, { body: 'Day 3, not day 4.' }),
  ),
  'GET /api/v1/cases/{caseId}/posts/{postId}/edits': onCase([], anyRole, caseAt('GET', `/posts/${id}/edits`)),
  'POST /api/v1/cases/{caseId}/posts/{postId}/withdrawal': onCase(
    [],
    clinical,
    caseAt('POST', `/posts/${id}/withdrawal`, { reason: 'Meant for another case.' }),
  ),
  'POST /api/v1/cases/{caseId}/posts/{postId}/acknowledgement': onCase(
    [],
    clinical,
    caseAt('POST', `/posts/${id}/acknowledgement`, {}),
  ),
  'POST /api/v1/cases/{caseId}/read-mark': onCase(
    reading,
    anyRole,
    caseAt('POST', '/read-mark', { number: 0 }),
  ),
  'GET /api/v1/me/advice': member(asks('GET', '/api/v1/me/advice')),
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
  'GET /api/v1/cases/{caseId}/responsibility': onCase(reading, anyRole, caseAt('GET', '/responsibility')),
  'GET /api/v1/cases/{caseId}/timeline': onCase(reading, anyRole, caseAt('GET', '/timeline')),
  // Who answers for it is the panel's lead too, with nobody else to give it to: refused later.
  'POST /api/v1/cases/{caseId}/responsibility/hand-back': onCase(
    ['panelMember'],
    ['specialist'],
    caseAt('POST', '/responsibility/hand-back', {}),
  ),
  'POST /api/v1/cases/{caseId}/responsibility/hand-over': onCase(
    ['panelMember'],
    ['specialist'],
    caseAt('POST', '/responsibility/hand-over', { memberId: id, note: 'Please look at this.' }),
  ),
  'POST /api/v1/cases/{caseId}/responsibility/acknowledgement': onCase(
    ['panelMember'],
    ['specialist'],
    caseAt('POST', '/responsibility/acknowledgement', {}),
  ),
  // Of a panel that there is not: refused later.
  'POST /api/v1/cases/{caseId}/consultations': onCase(
    [...controlling, 'panelMember'],
    clinical,
    caseAt('POST', '/consultations', { panelId: id, question: 'Is the murmur innocent?' }),
    { invited: 'forbidden' },
  ),
  'POST /api/v1/cases/{caseId}/lead-panel': onCase(
    [...controlling, 'panelMember'],
    clinical,
    caseAt('POST', '/lead-panel', { panelId: id }),
    { invited: 'forbidden' },
  ),
  // About a post that there is not: so a person of the case is told the same as anybody else.
  'POST /api/v1/cases/{caseId}/posts/{postId}/phone-call': onCase(
    [],
    clinical,
    caseAt('POST', `/posts/${id}/phone-call`, { reached: 'cover', calledAt: '2026-01-01T09:00:00.000Z' }),
    { invited: 'forbidden', delegate: 'forbidden' },
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
  'POST /auth/back-channel-logout': open(asks('POST', '/auth/back-channel-logout', {})),
  'POST /api/v1/me/organisation': member(asks('POST', '/api/v1/me/organisation', { odsCode: 'PRAC1' }), {
    beforeConsent: true,
  }),
  'GET /api/v1/me/identities': member(asks('GET', '/api/v1/me/identities'), { beforeConsent: true }),
  'POST /api/v1/me/identities': member(asks('POST', '/api/v1/me/identities', { organisation: 'PRAC1' }), {
    beforeConsent: true,
  }),
  // Needs no account; a credential that is sent all the same has to be right.
  'POST /api/v1/applications': {
    request: asks('POST', '/api/v1/applications', {}),
    expected: (part) => (part === 'disabled' ? 'forbidden' : 'through'),
  },
  'GET /api/v1/applications': doorRole(['operator'], asks('GET', '/api/v1/applications')),
  'GET /api/v1/applications/{reference}': {
    request: asks('GET', '/api/v1/applications/APP-0000000000', undefined, {
      'application-token': 'x'.repeat(43),
    }),
    expected: (part) => (part === 'disabled' ? 'forbidden' : 'not-found'),
  },
  'POST /api/v1/applications/{reference}/approval': operatorOnAn(
    asks('POST', '/api/v1/applications/APP-0000000000/approval', {}),
  ),
  'POST /api/v1/applications/{reference}/refusal': operatorOnAn(
    asks('POST', '/api/v1/applications/APP-0000000000/refusal', { reason: 'The agreement is not signed.' }),
  ),
  'POST /api/v1/accounts/{memberId}/disable': operatorOnAn(
    asks('POST', `/api/v1/accounts/${id}/disable`, {}),
  ),
  'POST /api/v1/accounts/{memberId}/enable': operatorOnAn(asks('POST', `/api/v1/accounts/${id}/enable`, {})),
  'POST /api/v1/me/export': member(asks('POST', '/api/v1/me/export', {}), { beforeConsent: true }),
  'POST /api/v1/me/erasure': member(asks('POST', '/api/v1/me/erasure', {}), { beforeConsent: true }),
  // Open; a credential that is sent all the same has to be right.
  'GET /api/v1/data-map': {
    request: asks('GET', '/api/v1/data-map'),
    expected: (part) => (part === 'disabled' ? 'forbidden' : 'through'),
  },
  'POST /api/v1/accounts/{memberId}/erasure': operatorOnAn(
    asks('POST', `/api/v1/accounts/${id}/erasure`, {}),
  ),
  'GET /api/v1/accounts/{memberId}/erasure': operatorOnAn(asks('GET', `/api/v1/accounts/${id}/erasure`)),
  'POST /api/v1/organisation/members/{memberId}/erasure': adminOnAn('POST', `members/${id}/erasure`, {}),
  'POST /oauth/token': open(asks('POST', '/oauth/token', {})),
  'GET /.well-known/oauth-authorization-server': open(asks('GET', '/.well-known/oauth-authorization-server')),
  'GET /api/v1/organisation/clients': admin('GET', 'clients'),
  'POST /api/v1/organisation/clients': admin('POST', 'clients', { name: 'x', scopes: ['scim'] }),
  'PUT /api/v1/organisation/clients/{clientId}/keys': adminOnAn('PUT', `clients/${id}/keys`, {
    jwksUri: 'https://keys.invalid/jwks',
  }),
  'DELETE /api/v1/organisation/clients/{clientId}': adminOnAn('DELETE', `clients/${id}`),
  'POST /api/v1/organisation/clients/{clientId}/scim-token': adminOnAn(
    'POST',
    `clients/${id}/scim-token`,
    {},
  ),
  'DELETE /api/v1/organisation/clients/{clientId}/scim-token/{tokenId}': adminOnAn(
    'DELETE',
    `clients/${id}/scim-token/${id}`,
  ),
  'GET /api/v1/organisation/webhooks': admin('GET', 'webhooks'),
  'POST /api/v1/organisation/webhooks': admin('POST', 'webhooks', {
    url: 'http://127.0.0.1/',
    eventTypes: ['ping'],
  }),
  'PATCH /api/v1/organisation/webhooks/{webhookId}': adminOnAn('PATCH', `webhooks/${id}`, {
    description: 'x',
  }),
  'DELETE /api/v1/organisation/webhooks/{webhookId}': adminOnAn('DELETE', `webhooks/${id}`),
  'POST /api/v1/organisation/webhooks/{webhookId}/secret': adminOnAn('POST', `webhooks/${id}/secret`, {}),
  'POST /api/v1/organisation/webhooks/{webhookId}/ping': adminOnAn('POST', `webhooks/${id}/ping`, {}),
  'GET /api/v1/organisation/webhooks/{webhookId}/deliveries': adminOnAn('GET', `webhooks/${id}/deliveries`),
  'POST /api/v1/organisation/webhooks/{webhookId}/deliveries/{deliveryId}/replay': adminOnAn(
    'POST',
    `webhooks/${id}/deliveries/${id}/replay`,
    {},
  ),
  'POST /api/v1/organisation/webhooks/{webhookId}/replays': adminOnAn('POST', `webhooks/${id}/replays`, {
    since: '2026-11-01T00:00:00Z',
  }),
  'POST /api/v1/organisation/members/imports': admin('POST', 'members/imports', 'no columns'),
  'GET /api/v1/organisation/members/imports': admin('GET', 'members/imports'),
  'GET /api/v1/organisation/members/imports/{importId}': adminOnAn('GET', `members/imports/${id}`),
  'GET /api/v1/organisation/members/imports/{importId}/events': adminOnAn(
    'GET',
    `members/imports/${id}/events`,
  ),
  'GET /api/v1/organisation/members': admin('GET', 'members'),
  'POST /api/v1/organisation/members': admin('POST', 'members', {
    name: 'x',
    email: 'no address',
    roles: [],
  }),
  'GET /api/v1/organisation/members/{memberId}': adminOnAn('GET', `members/${id}`),
  'PATCH /api/v1/organisation/members/{memberId}': adminOnAn('PATCH', `members/${id}`, { name: 'Somebody' }),
  'DELETE /api/v1/organisation/members/{memberId}': adminOnAn('DELETE', `members/${id}`),
  'POST /api/v1/organisation/members/{memberId}/deactivate': adminOnAn(
    'POST',
    `members/${id}/deactivate`,
    {},
  ),
  'POST /api/v1/organisation/members/{memberId}/reopen': adminOnAn('POST', `members/${id}/reopen`, {}),
  'GET /api/v1/organisation/panels': admin('GET', 'panels'),
  'POST /api/v1/organisation/panels': admin('POST', 'panels', {}),
  'GET /api/v1/organisation/panels/{panelId}': adminOnAn('GET', `panels/${id}`),
  'PATCH /api/v1/organisation/panels/{panelId}': adminOnAn('PATCH', `panels/${id}`, {
    phone: '01632 960001',
  }),
  'POST /api/v1/organisation/panels/{panelId}/close': adminOnAn('POST', `panels/${id}/close`, {}),
  'POST /api/v1/organisation/panels/{panelId}/members': adminOnAn('POST', `panels/${id}/members`, {
    memberIds: [id],
  }),
  'DELETE /api/v1/organisation/panels/{panelId}/members/{memberId}': adminOnAn(
    'DELETE',
    `panels/${id}/members/${id}`,
  ),
  'POST /api/v1/organisation/panels/{panelId}/offers': adminOnAn('POST', `panels/${id}/offers`, {
    odsCode: 'PRAC1',
  }),
  'DELETE /api/v1/organisation/panels/{panelId}/offers/{organisationId}': adminOnAn(
    'DELETE',
    `panels/${id}/offers/${id}`,
  ),
  'GET /api/v1/organisation/panel-offers': admin('GET', 'panel-offers'),
  'POST /api/v1/organisation/panel-offers/{panelId}': adminOnAn('POST', `panel-offers/${id}`, {
    answer: 'accepted',
  }),
  'POST /api/v1/organisation/conformance-runs': admin('POST', 'conformance-runs', {}),
  'GET /api/v1/organisation/conformance-runs': admin('GET', 'conformance-runs'),
  'GET /api/v1/organisation/conformance-runs/{runId}': adminOnAn('GET', `conformance-runs/${id}`),
  'GET /api/v1/conformance-runs': doorRole(['operator'], asks('GET', '/api/v1/conformance-runs')),
  // Refused later: the day has passed.
  'POST /api/v1/organisation/leaving': admin('POST', 'leaving', { leavesOn: '2020-01-01', reason: 'merged' }),
  'GET /api/v1/organisation/leaving': {
    request: asks('GET', '/api/v1/organisation/leaving'),
    // There is none.
    expected: (part) =>
      atTheDoor(part) ??
      (part === 'governance' || roleOf(part) === 'organisation-admin' ? 'not-found' : 'forbidden'),
  },
  'DELETE /api/v1/organisation/leaving': adminOnAn('DELETE', 'leaving'),
  'POST /api/v1/organisation/leaving/case-export': adminOnAn('POST', 'leaving/case-export', {}),
  'POST /api/v1/organisation/leaving/case-export/approval': {
    request: asks('POST', '/api/v1/organisation/leaving/case-export/approval', {}),
    expected: (part) => atTheDoor(part) ?? (part === 'governance' ? 'not-found' : 'forbidden'),
  },
  'GET /api/v1/leavings': doorRole(['operator'], asks('GET', '/api/v1/leavings')),
  'POST /api/v1/organisations/{organisationId}/leaving-confirmation': operatorOnAn(
    asks('POST', `/api/v1/organisations/${id}/leaving-confirmation`, {}),
  ),
  'POST /api/v1/organisations/{organisationId}/closure': operatorOnAn(
    asks('POST', `/api/v1/organisations/${id}/closure`, {}),
  ),
  // Let in, and told that an export is for who leaves.
  'GET /api/v1/organisation/export': admin('GET', 'export'),
  'GET /api/v1/departed-organisations/export': {
    request: asks('GET', '/api/v1/departed-organisations/export', undefined, { 'export-token': 'x' }),
    expected: (part) => (part === 'disabled' ? 'forbidden' : 'not-found'),
  },
  'GET /api/v1/cases/{caseId}/flags': onCase(reading, anyRole, caseAt('GET', '/flags')),
  // Panels see the case, so that a flag is refused later.
  'POST /api/v1/cases/{caseId}/flags': onCase(
    taking,
    clinical,
    caseAt('POST', '/flags', { kind: 'safeguarding' }),
  ),
  'DELETE /api/v1/cases/{caseId}/flags/{kind}': onCase(
    taking,
    clinical,
    caseAt('DELETE', '/flags/safeguarding'),
  ),
  'GET /api/v1/organisation/local-contacts': admin('GET', 'local-contacts'),
  'PUT /api/v1/organisation/local-contacts': admin('PUT', 'local-contacts', { text: 'Named nurse.' }),
  'GET /api/v1/me/follow-ups': role(clinical, asks('GET', '/api/v1/me/follow-ups')),
  'POST /api/v1/cases/{caseId}/follow-ups/{day}': onCase(
    askingSide,
    clinical,
    caseAt('POST', '/follow-ups/30', {
      adviceFollowed: 'yes',
      referredAnyway: false,
      unplannedAttendance: false,
      outcome: 'well',
    }),
  ),
  'GET /api/v1/teaching': member(asks('GET', '/api/v1/teaching')),
  'GET /api/v1/teaching/{teachingId}': {
    request: asks('GET', `/api/v1/teaching/${id}`),
    expected: (part) => atTheDoor(part) ?? 'not-found',
  },
  'GET /api/v1/cases/{caseId}/teaching': onCase(askingSide, clinical, caseAt('GET', '/teaching')),
  // It is not closed, so that offering it is refused later.
  'POST /api/v1/cases/{caseId}/teaching': onCase(
    askingSide,
    clinical,
    caseAt('POST', '/teaching', {
      attestation: { version: anonymisationDuty.version, hash: anonymisationDuty.hash },
      question: 'When to worry about a rash?',
      course: 'It was viral.',
      learningPoint: 'Press on it.',
    }),
    { cover: 'forbidden' },
  ),
  'DELETE /api/v1/cases/{caseId}/teaching': onCase(askingSide, clinical, caseAt('DELETE', '/teaching')),
  'POST /api/v1/cases/{caseId}/survey': onCase(askingSide, clinical, caseAt('POST', '/survey', { survey })),
  'POST /api/v1/cases/{caseId}/reopen': onCase(
    askingSide,
    clinical,
    caseAt('POST', '/reopen', { question: 'What now?' }),
  ),
  // Its requester has not allowed it, so that converting is refused later.
  'POST /api/v1/cases/{caseId}/convert': onCase(
    ['panelMember'],
    ['specialist'],
    caseAt('POST', '/convert', {}),
  ),
  // These two end the case, and so come last.
  'POST /api/v1/cases/{caseId}/cancel': onCase(
    askingSide,
    clinical,
    caseAt('POST', '/cancel', { reason: 'other' }),
  ),
  'POST /api/v1/cases/{caseId}/identified-route': onCase(
    [...askingSide, 'panelMember'],
    clinical,
    caseAt('POST', '/identified-route', {}),
    { invited: 'forbidden', delegate: 'forbidden' },
  ),
};
