import {
  plainProfile,
  registerIssuer,
  registerMember,
  registerOrganisation,
  type IssuerProfile,
  type Role,
} from '@definitivedx/contracts';
import type { World } from '@definitivedx/testing';

/** Registers an organisation. */
export async function registerTrust(world: World, odsCode: string): Promise<string> {
  const { organisationId } = await world.request(registerOrganisation, await world.as('operator'), {
    odsCode,
    name: `Trust ${odsCode}`,
    kind: 'trust',
  });
  return organisationId;
}

/** Registers who signs in with an issuer, which then counts for these organisations. */
export async function registerPerson(
  world: World,
  issuer: string,
  subject: string,
  odsCodes: readonly string[],
  roles: Role[] = ['clinician'],
): Promise<string> {
  const { memberId } = await world.request(registerMember, await world.as('operator'), {
    issuer,
    subject,
    name: `Test ${subject}`,
    email: `${subject}@demo.invalid`,
    memberships: odsCodes.map((odsCode) => ({ odsCode, roles })),
  });
  return memberId;
}

interface IssuerOptions {
  readonly profile?: IssuerProfile;
  readonly clientId?: string | null;
  readonly acrValues?: string[];
  readonly audience?: string;
  readonly discoveryUrl?: string;
  readonly organisations?: readonly { odsCode: string; claimValue?: string }[];
}

/** Registers an issuer for organisations, as the operator's tool does. */
export async function register(world: World, issuer: string, options: IssuerOptions = {}): Promise<void> {
  await world.request(registerIssuer, await world.as('operator'), {
    issuer,
    discoveryUrl: options.discoveryUrl ?? issuer,
    clientId: options.clientId ?? null,
    shared: false,
    profile: options.profile ?? plainProfile,
    acrValues: options.acrValues ?? null,
    audience: options.audience ?? null,
    organisations: [...(options.organisations ?? [])],
  });
}

/** The latest lines of the audit about an act. */
export async function auditOf(world: World, act: string): Promise<Record<string, unknown>[]> {
  const db = await world.database('access');
  return db.run<Record<string, unknown>>(
    {
      name: '',
      text: `select actor_kind, actor_id, organisation_id, outcome, subject_id, detail from audit where act = $1 order by id desc`,
    },
    [act],
  );
}
