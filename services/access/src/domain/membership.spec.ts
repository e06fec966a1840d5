import { describe, expect, it } from '@jest/globals';
import { AppError } from '@definitivedx/errors';
import { issuerPresets, plainProfile, type IssuerProfile } from '@definitivedx/contracts';
import { actingAs, placesOf, type Place, type SignedIn } from './membership.js';

const practice: Place = { odsCode: 'A81001', roles: ['clinician'], claimValue: 'A81001' };
const trust: Place = { odsCode: 'RYJ', roles: ['specialist', 'programme-lead'], claimValue: 'RYJ' };
const unregistered: Place = { odsCode: 'RJ1', roles: ['specialist'], claimValue: null };

const plain: SignedIn = { profile: plainProfile };
const cis2 = (organisations?: string[], roleCodes?: string[]): SignedIn => ({
  profile: issuerPresets.cis2.profile,
  organisations,
  roleCodes,
});
const withRoles: IssuerProfile = {
  ...issuerPresets.cis2.profile,
  roleGrants: { 'S8000:G8000:R8000': ['clinician', 'specialist'], R8008: ['organisation-admin'] },
};

interface Case {
  readonly what: string;
  readonly places: readonly Place[];
  readonly signedIn: SignedIn;
  readonly chosen?: string;
  /** The ODS code acted for with its roles, or words of the refusal. */
  readonly expected: readonly [string, readonly string[]] | RegExp;
}

const cases: readonly Case[] = [
  {
    what: 'the first, when none is chosen',
    places: [practice, trust],
    signedIn: plain,
    expected: ['A81001', ['clinician']],
  },
  {
    what: 'the chosen one',
    places: [practice, trust],
    signedIn: plain,
    chosen: 'RYJ',
    expected: ['RYJ', trust.roles],
  },
  {
    what: "somebody else's",
    places: [practice],
    signedIn: plain,
    chosen: 'RYJ',
    expected: /not a member of RYJ.*A81001/,
  },
  { what: 'nothing without a place', places: [], signedIn: plain, expected: /no organisation/ },
  {
    what: 'none that has not registered the issuer',
    places: [unregistered],
    signedIn: plain,
    expected: /RJ1 does not take/,
  },
  {
    what: 'not even when it is chosen',
    places: [practice, unregistered],
    signedIn: plain,
    chosen: 'RJ1',
    expected: /RJ1 does not take/,
  },
  {
    what: 'the first of those that have',
    places: [unregistered, trust],
    signedIn: plain,
    expected: ['RYJ', trust.roles],
  },
  {
    what: 'the place the sign-in is for',
    places: [practice, trust],
    signedIn: cis2(['RYJ']),
    expected: ['RYJ', trust.roles],
  },
  {
    what: 'not another one',
    places: [practice, trust],
    signedIn: cis2(['RYJ']),
    chosen: 'A81001',
    expected: /another place than A81001/,
  },
  {
    what: 'nothing for a sign-in elsewhere',
    places: [practice],
    signedIn: cis2(['X26']),
    expected: /another place than A81001/,
  },
  {
    what: 'nothing when the token does not say',
    places: [practice],
    signedIn: cis2(),
    expected: /another place/,
  },
  { what: 'nothing when it says none', places: [practice], signedIn: cis2([]), expected: /another place/ },
  {
    what: 'no wider than the letters',
    places: [practice],
    signedIn: cis2(['a81001', 'A8100', '*']),
    expected: /another place/,
  },
  {
    what: 'the roles of the chosen role',
    places: [trust],
    signedIn: { ...cis2(['RYJ'], ['S8000:G8000:R8000']), profile: withRoles },
    expected: ['RYJ', ['specialist']],
  },
  {
    what: 'nothing in a role that is nothing here',
    places: [trust],
    signedIn: { ...cis2(['RYJ'], ['R8008']), profile: withRoles },
    expected: /no part/,
  },
  {
    what: 'nothing in a role that an object has by nature',
    places: [trust],
    signedIn: { ...cis2(['RYJ'], ['constructor']), profile: withRoles },
    expected: /no part/,
  },
  {
    what: 'nothing without a role',
    places: [trust],
    signedIn: { ...cis2(['RYJ']), profile: withRoles },
    expected: /no part/,
  },
];

describe('a sign-in acts for', () => {
  it.each(cases.map((one) => [one.what, one] as const))(
    '%s',
    (_what, { places, signedIn, chosen, expected }) => {
      const found = actingAs(places, signedIn, chosen);
      if (expected instanceof RegExp) {
        expect(found).toMatchObject({ code: 'forbidden', message: expect.stringMatching(expected) });
      } else {
        expect(found).not.toBeInstanceOf(AppError);
        const { odsCode, roles } = found as Place;
        expect([odsCode, roles]).toEqual(expected);
      }
    },
  );

  it('whatever of its places takes it', () => {
    const all = [practice, trust, unregistered];
    expect(placesOf(all, plain).map(({ odsCode }) => odsCode)).toEqual(['A81001', 'RYJ']);
    expect(placesOf(all, cis2(['RYJ'])).map(({ odsCode }) => odsCode)).toEqual(['RYJ']);
  });
});
