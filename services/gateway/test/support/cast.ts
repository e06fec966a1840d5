import {
  anonymisationDuty,
  assignDuty,
  changeSettings,
  openForGovernance,
  registerMember,
  registerOrganisation,
  registerPanel,
  type createCase,
  type Role,
  type ReplyOf,
} from '@definitivedx/contracts';
import type { World } from '@definitivedx/testing';
import { Client } from './client.js';
import type { Issuer } from './issuer.js';
import { publishTexts, staffPanel, type Directory } from './people.js';

/** Everyone a route is tried by: where they work, as what. */
const cast = {
  requester: ['PRAC1', 'clinician'],
  cover: ['PRAC1', 'clinician'],
  colleague: ['PRAC1', 'clinician'],
  governance: ['PRAC1', 'clinician'],
  admin: ['PRAC1', 'organisation-admin'],
  programmeLead: ['PRAC1', 'programme-lead'],
  panelMember: ['TRUST1', 'specialist'],
  formerPanelMember: ['TRUST1', 'specialist'],
  trustAdmin: ['TRUST1', 'organisation-admin'],
  operator: ['TRUST1', 'operator'],
  delegate: ['OTHER1', 'clinician'],
  invited: ['OTHER1', 'clinician'],
  revoked: ['OTHER1', 'clinician'],
  expired: ['OTHER1', 'clinician'],
  stranger: ['OTHER1', 'clinician'],
  otherAdmin: ['OTHER1', 'organisation-admin'],
  disabled: ['OTHER1', 'clinician'],
  unconsented: ['OTHER1', 'clinician'],
} as const satisfies Record<string, readonly [string, Role]>;

export type Part = keyof typeof cast | 'anonymous';
export const parts: readonly Part[] = ['anonymous', ...(Object.keys(cast) as Part[])];
export const roleOf = (part: Part): Role | null => (part === 'anonymous' ? null : cast[part][1]);
export const organisationOf = (part: Part): string | null => (part === 'anonymous' ? null : cast[part][0]);

/** The cast with a case of the requester, in which each of them has the relation their name says. */
export interface Stage {
  readonly clients: Readonly<Record<Part, Client>>;
  readonly memberId: Readonly<Record<Exclude<Part, 'anonymous'>, string>>;
  readonly panelId: string;
  readonly caseId: string;
}

/** Registers the cast, shares the case and lets revoking, expiry, leaving and disabling happen. */
export async function setStage(world: World, issuer: Issuer, home: string): Promise<Stage> {
  const operator = await world.as('operator');
  for (const [odsCode, kind] of [
    ['PRAC1', 'practice'],
    ['TRUST1', 'trust'],
    ['OTHER1', 'practice'],
  ] as const) {
    await world.request(registerOrganisation, operator, { odsCode, name: `Test ${odsCode}`, kind });
  }
  await publishTexts(world, '1');
  const memberId = {} as Record<Exclude<Part, 'anonymous'>, string>;
  const clients = { anonymous: new Client(home, undefined) } as Record<Part, Client>;
  for (const [part, [odsCode, role]] of Object.entries(cast) as [
    Exclude<Part, 'anonymous'>,
    [string, Role],
  ][]) {
    const registered = await world.request(registerMember, operator, {
      issuer: issuer.url,
      subject: `cast-${part}`,
      name: `Cast ${part}`,
      email: `${part.toLowerCase()}@demo.invalid`,
      memberships: [{ odsCode, roles: [role] }],
    });
    memberId[part] = registered.memberId;
    clients[part] = new Client(home, await issuer.token(`cast-${part}`));
    if (part !== 'unconsented') await clients[part].consent();
  }
  const panelOf = (memberIds: string[]) =>
    world.request(registerPanel, operator, {
      odsCode: 'TRUST1',
      name: 'General paediatrics',
      specialty: 'Paediatrics',
      phone: '01632 960001',
      leadMemberId: memberId.panelMember,
      memberIds,
    });
  const { panelId } = await panelOf([memberId.panelMember, memberId.formerPanelMember]);
  const people = { 'specialist-on-call': memberId.panelMember } as Directory['memberId'];
  await staffPanel(world, { panelId, memberId: people });

  const { body: made } = await clients.requester.ask<ReplyOf<typeof createCase>>('POST', '/api/v1/cases', {
    question: 'Is this rash worth a referral?',
    history: 'Day 3 of fever, rash on the trunk, drinking well.',
    ageBand: '2-5 years',
    sex: 'not-relevant',
    intendedAction: 'unsure',
    priority: 'routine',
    consent: { sharing: 'parent-or-carer' },
    attestation: { version: anonymisationDuty.version, hash: anonymisationDuty.hash },
    audience: [
      { kind: 'panel', panelId },
      ...(['invited', 'revoked', 'disabled', 'unconsented'] as const).map((part) => ({
        kind: 'member',
        memberId: memberId[part],
      })),
      {
        kind: 'member',
        memberId: memberId.expired,
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      },
      { kind: 'member', memberId: memberId.delegate, control: true },
    ],
  });
  const { caseId } = made;
  const db = await world.database('access');
  const sql = (text: string, ...values: unknown[]) => db.run({ name: '', text }, values);
  const [grant] = (await sql(
    'select id from access_grant where case_id = $1 and principal_id = $2',
    caseId,
    memberId.revoked,
  )) as { id: string }[];
  await clients.requester.ask('DELETE', `/api/v1/cases/${caseId}/audience/${grant!.id}`);
  // The programs run on the clock on the wall: what has expired is moved into the past.
  await sql(
    `update access_grant set given_at = given_at - interval '2 hours', expires_at = now() - interval '1 hour'
      where case_id = $1 and principal_id = $2`,
    caseId,
    memberId.expired,
  );
  await panelOf([memberId.panelMember]);
  await sql(`update member set status = 'disabled' where id = $1`, memberId.disabled);

  const [practice] = (await sql(`select id from organisation where ods_code = 'PRAC1'`)) as { id: string }[];
  const acting = (part: 'admin' | 'governance') =>
    world.member({ memberId: memberId[part], organisationId: practice!.id, roles: [cast[part][1]] });
  const admin = await acting('admin');
  for (const duty of ['cover', 'governance'] as const) {
    await world.request(assignDuty, admin, { duty, memberIds: [memberId[duty]] });
  }
  await world.request(changeSettings, admin, { governanceAccess: true, teaching: true });
  await world.request(openForGovernance, await acting('governance'), {
    caseId,
    reason: 'A complaint has to be answered.',
  });
  return { clients, memberId, panelId, caseId };
}
