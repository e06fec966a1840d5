import {
  publishText,
  registerMember,
  registerOrganisation,
  registerPanel,
  setRota,
  type Role,
} from '@definitivedx/contracts';
import type { World } from '@definitivedx/testing';

const roles = {
  gp: ['clinician'],
  'gp-two': ['clinician'],
  'weak-gp': ['clinician'],
  'specialist-on-call': ['specialist'],
  'specialist-two': ['specialist'],
  'programme-lead': ['programme-lead'],
} as const satisfies Record<string, readonly Role[]>;

export type PersonKey = keyof typeof roles;

/** The subject of a person's sign-ins, as the development identity provider writes it. */
export const subjectOf = (person: PersonKey): string => `demo-${person}`;

export interface Directory {
  readonly memberId: Readonly<Record<PersonKey, string>>;
  readonly panelId: string;
}

/** Registers an organisation with the people who sign in with `issuer`, a panel that is always staffed, and both texts. */
export async function registerPeople(world: World, issuer: string): Promise<Directory> {
  const operator = await world.as('operator');
  await world.request(registerOrganisation, operator, {
    odsCode: 'TEST1',
    name: 'Test Trust',
    kind: 'trust',
  });
  await publishTexts(world, '1');
  const ids: [PersonKey, string][] = [];
  for (const [key, theirs] of Object.entries(roles) as [PersonKey, readonly Role[]][]) {
    const { memberId } = await world.request(registerMember, operator, {
      issuer,
      subject: subjectOf(key),
      name: `Test ${key}`,
      email: `${key}@demo.invalid`,
      memberships: [{ odsCode: 'TEST1', roles: [...theirs] }],
    });
    ids.push([key, memberId]);
  }
  const memberId = Object.fromEntries(ids) as Record<PersonKey, string>;
  const specialist = memberId['specialist-on-call'];
  const { panelId } = await world.request(registerPanel, operator, {
    odsCode: 'TEST1',
    name: 'General paediatrics',
    specialty: 'Paediatrics',
    phone: '01632 960001',
    leadMemberId: specialist,
    memberIds: [specialist, memberId['specialist-two']],
  });
  return { memberId, panelId };
}

/** Puts the specialist on call around the clock; needs `notify`. */
export async function staffPanel(world: World, { panelId, memberId }: Directory): Promise<void> {
  await world.request(setRota, await world.as('operator'), {
    panelId,
    timeZone: 'Europe/London',
    shifts: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
      weekday,
      start: '00:00',
      end: '24:00',
      memberId: memberId['specialist-on-call'],
    })),
  });
}

/** Puts a version of both texts in force. */
export async function publishTexts(world: World, version: string): Promise<void> {
  for (const kind of ['terms-of-use', 'privacy-policy'] as const) {
    await world.request(publishText, await world.as('operator'), {
      kind,
      version,
      title: kind,
      body: `${kind}, version ${version}`,
      effectiveFrom: new Date(Date.now() - 60_000).toISOString(),
    });
  }
}
