import { describe, expect, it } from '@jest/globals';
import { issuerPresets, plainProfile, type IssuerProfile } from '@definitivedx/contracts';
import { isStrong, mapClaims, type MappedClaims } from './claims.js';

/** As CIS2 writes them: one entry per role, and the one that was selected at sign-in. */
const cis2 = {
  sub: '910000000001',
  acr: 'AAL3_ANY',
  nhsid_useruid: '910000000001',
  idassurancelevel: '3',
  selected_roleid: '555000000002',
  nhsid_nrbac_roles: [
    { org_code: 'A81001', person_roleid: '555000000001', role_code: 'S8000:G8000:R8000' },
    { org_code: 'RYJ', person_roleid: '555000000002', role_code: 'S8000:G8000:R8001' },
  ],
};
/** As Entra writes a v2.0 token: `oid` and `tid`, strength as authentication contexts. */
const entra = {
  ver: '2.0',
  sub: 'pairwise-AAAA',
  oid: '00000000-0000-0000-66f3-3332eca7ea81',
  tid: '9122040d-6c67-4c5b-b112-36a304b66dad',
  preferred_username: 'someone@trust.invalid',
  email: 'someone@trust.invalid',
  acrs: ['c1', 'c3'],
};
const keycloak = {
  sub: '5f6d0c1e-1111-4222-8333-444455556666',
  acr: 'AAL2',
  email: 'someone@trust.invalid',
  email_verified: true,
  realm_access: { roles: ['default-roles'] },
  ods: ['RXX', 'RXY'],
};
const withPlaces: IssuerProfile = {
  ...plainProfile,
  claims: { ...plainProfile.claims, organisation: 'ods', role: ['realm_access', 'roles'] },
};
const { cis2: cis2Preset, entra: entraPreset, keycloak: keycloakPreset } = issuerPresets;

const cases: readonly [string, IssuerProfile, unknown, MappedClaims][] = [
  [
    'CIS2: the organisation and the role that were selected, no other',
    cis2Preset.profile,
    cis2,
    {
      subject: '910000000001',
      organisations: ['RYJ'],
      roleCodes: ['S8000:G8000:R8001'],
      strengths: ['AAL3_ANY'],
    },
  ],
  [
    'CIS2: nothing was selected',
    cis2Preset.profile,
    { ...cis2, selected_roleid: undefined },
    { subject: '910000000001', organisations: [], roleCodes: [], strengths: ['AAL3_ANY'] },
  ],
  [
    'CIS2: what was selected is not in the list',
    cis2Preset.profile,
    { ...cis2, selected_roleid: '1' },
    { subject: '910000000001', organisations: [], roleCodes: [], strengths: ['AAL3_ANY'] },
  ],
  [
    'CIS2: two entries of the selected name',
    cis2Preset.profile,
    {
      ...cis2,
      nhsid_nrbac_roles: [...cis2.nhsid_nrbac_roles, { ...cis2.nhsid_nrbac_roles[1], org_code: 'X26' }],
    },
    { subject: '910000000001', organisations: [], roleCodes: [], strengths: ['AAL3_ANY'] },
  ],
  [
    'CIS2: the list is none, and its entries are nothing',
    cis2Preset.profile,
    { ...cis2, nhsid_nrbac_roles: [null, 'x', { person_roleid: '555000000002' }] },
    { subject: '910000000001', organisations: [], roleCodes: [], strengths: ['AAL3_ANY'] },
  ],
  [
    'Entra: the object id, several strengths, and no mail address, which it does not vouch for',
    entraPreset.profile,
    entra,
    { subject: entra.oid, strengths: ['c1', 'c3'] },
  ],
  [
    'Entra: an application without a user',
    entraPreset.profile,
    { ...entra, oid: undefined },
    { subject: undefined, strengths: ['c1', 'c3'] },
  ],
  [
    'Keycloak: a verified mail address',
    keycloakPreset.profile,
    keycloak,
    { subject: keycloak.sub, email: 'someone@trust.invalid', strengths: ['AAL2'] },
  ],
  [
    'Keycloak: an unverified one',
    keycloakPreset.profile,
    { ...keycloak, email_verified: 'true' },
    { subject: keycloak.sub, strengths: ['AAL2'] },
  ],
  [
    'lists of places and roles, at a path',
    withPlaces,
    keycloak,
    {
      subject: keycloak.sub,
      email: 'someone@trust.invalid',
      organisations: ['RXX', 'RXY'],
      roleCodes: ['default-roles'],
      strengths: ['AAL2'],
    },
  ],
  [
    'a claim of the wrong shape',
    withPlaces,
    { sub: { toString: 'x' }, ods: { RXX: true }, realm_access: 'roles', acr: 2 },
    { subject: undefined, organisations: [], roleCodes: [], strengths: [] },
  ],
  [
    'names that every object has',
    { ...plainProfile, claims: { subject: ['constructor', 'name'], strength: '__proto__' } },
    {},
    { subject: undefined, strengths: [] },
  ],
];

describe('the claims of a token', () => {
  it.each(cases)('%s', (_what, profile, claims, expected) => {
    expect(mapClaims(profile, claims)).toEqual(expected);
  });

  it('say how strong the sign-in was, by the issuer’s own list', () => {
    const strong = (claims: unknown, accepted: readonly string[]): boolean =>
      isStrong(mapClaims(plainProfile, claims), accepted);
    expect(strong({ acr: 'AAL2' }, ['AAL2', 'AAL3'])).toBe(true);
    expect(strong({ acr: 'AAL1' }, ['AAL2'])).toBe(false);
    expect(strong({}, ['AAL2'])).toBe(false);
    expect(strong({ acr: '' }, [''])).toBe(false);
  });
});
