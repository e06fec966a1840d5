import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, MemberRecord, MemberRole, RequestContract } from '@definitivedx/contracts';
import type { z } from 'zod';
import { AccessWorld, issuer, toMember, toPanel } from './access-world.js';

let access: AccessWorld;
/** Two organisations, the first with an administrator who signs in with `issuer`. */
let trust: { organisationId: string; odsCode: string };
let other: { organisationId: string; odsCode: string };
let admin: MemberCaller;

beforeAll(async () => {
  access = await AccessWorld.start();
});
afterAll(() => access.stop());
beforeEach(async () => {
  trust = await access.organisation('trust');
  other = await access.organisation('trust');
  admin = await access.member(trust, ['organisation-admin'], 'Administrator');
});

const ask = <C extends RequestContract>(contract: C, input: z.input<C['request']>, caller = admin) =>
  access.world.request(contract, caller, input);
const add = (
  input: Partial<InputOf<typeof contracts.addMember>> = {},
  caller = admin,
): Promise<MemberRecord> =>
  ask(
    contracts.addMember,
    {
      commandId: v7(),
      name: 'New member',
      email: `${v7()}@demo.invalid`,
      roles: ['clinician'] satisfies MemberRole[],
      subject: v7(),
      ...input,
    },
    caller,
  );
const identify = async (subject: string, odsCode?: string) =>
  access.world.request(contracts.identifyMember, await access.world.as('gateway'), {
    issuer,
    subject,
    signIn: false,
    ...(odsCode === undefined ? {} : { odsCode }),
  });
const callerOf = (member: MemberRecord, organisation = trust): Promise<MemberCaller> =>
  access.world.member({
    memberId: member.memberId,
    organisationId: organisation.organisationId,
    roles: member.roles,
    consented: true,
  });
const auditOf = (subjectId: string) =>
  access.sql<{ act: string; outcome: string }>(
    'select act, outcome from audit where subject_id = $1 order by id',
    [subjectId],
  );
const eventsOf = async <D>(contract: contracts.EventContract, aggregateId: string): Promise<D[]> =>
  (
    await access.sql<{ payload: D }>(
      'select payload from outbox where subject = $1 and aggregate_id = $2 order by id',
      [contract.subject, aggregateId],
    )
  ).map((row) => row.payload);

describe('a member', () => {
  it('is added with a way to sign in, and acts from then on', async () => {
    const subject = v7();
    const member = await add({ subject, roles: ['specialist'] });
    expect(member).toMatchObject({ status: 'active', issuer, subject, roles: ['specialist'], panels: [] });
    expect(await identify(subject)).toMatchObject({
      memberId: member.memberId,
      organisationId: trust.organisationId,
      roles: ['specialist'],
    });
    expect(await auditOf(member.memberId)).toEqual([{ act: 'member.add', outcome: 'allowed' }]);
  });

  it('is added once by one command, and refused as a second one', async () => {
    const commandId = v7();
    const input = { commandId, subject: v7(), email: 'one@demo.invalid' };
    const [once, again] = [await add(input), await add(input)];
    expect(again).toEqual(once);
    expect(await auditOf(once.memberId)).toEqual([{ act: 'member.add', outcome: 'allowed' }]);
    await expect(add({ ...input, commandId: v7() })).rejects.toMatchObject({
      code: 'conflict',
      issues: [{ path: 'subject' }, { message: 'uniqueness' }],
    });
    await expect(add({ userName: 'ONE@demo.invalid' })).rejects.toMatchObject({
      code: 'conflict',
      issues: [{ path: 'userName' }, { message: 'uniqueness' }],
    });
  });

  it('never runs the platform by the word of an organisation', async () => {
    await expect(add({ roles: ['operator' as MemberRole] })).rejects.toMatchObject({ code: 'invalid-input' });
    const operator = await access.member(trust, ['operator', 'clinician']);
    const changed = await ask(contracts.changeMember, {
      memberId: operator.memberId,
      roles: ['specialist'],
    });
    expect(changed.roles).toEqual(['specialist', 'operator']);
    await expect(
      ask(contracts.changeMember, { memberId: operator.memberId, subject: v7() }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('who is no specialist any more is told of, once, and no other change is', async () => {
    const { memberId } = await add({ roles: ['clinician', 'specialist'] });
    const told = () =>
      access.sql<{ payload: unknown }>(
        'select payload from outbox where subject = $1 and aggregate_id = $2',
        [contracts.specialistEnded.subject, memberId],
      );
    await ask(contracts.changeMember, { memberId, name: 'Renamed' });
    await ask(contracts.changeMember, { memberId, roles: ['specialist'] });
    expect(await told()).toEqual([]);
    await ask(contracts.changeMember, { memberId, roles: ['clinician'] });
    await ask(contracts.changeMember, { memberId, name: 'Named again' });
    const { organisationId } = trust;
    expect(await told()).toEqual([{ payload: { memberId, organisationId, at: access.now().toISOString() } }]);
  });

  it('of another organisation is nobody here: not seen, changed or ended', async () => {
    const theirs = await access.member(other);
    const { memberId } = theirs;
    for (const trying of [
      () => ask(contracts.getMember, { memberId }),
      () => ask(contracts.changeMember, { memberId, name: 'Changed' }),
      () => ask(contracts.endPlace, { memberId }),
      () => ask(contracts.reopenPlace, { memberId }),
      () => ask(contracts.getMember, { memberId: v7() }),
    ])
      await expect(trying()).rejects.toMatchObject({
        code: 'not-found',
        message: 'There is no such member, or it is not shared with you.',
      });
  });

  it('who works elsewhere gets one more place: name and sign-in stay whose they were', async () => {
    const theirAdmin = await access.member(other, ['organisation-admin']);
    const subject = v7();
    const there = await add({ subject, name: 'Named there', email: 'there@demo.invalid' }, theirAdmin);
    const here = await add({ subject, name: 'Named here', email: 'here@demo.invalid' });
    expect(here).toMatchObject({ memberId: there.memberId, name: 'Named here', email: 'here@demo.invalid' });
    expect(await identify(subject)).toMatchObject({ name: 'Named there', odsCode: other.odsCode });
    expect(await identify(subject, trust.odsCode)).toMatchObject({ odsCode: trust.odsCode });
    const { memberId } = here;
    expect(await ask(contracts.getMember, { memberId }, theirAdmin)).toMatchObject({ name: 'Named there' });
    // Whoever could change how they sign in could come in as them there.
    await expect(ask(contracts.changeMember, { memberId, subject: v7() })).rejects.toMatchObject({
      code: 'conflict',
    });
    await ask(contracts.endPlace, { memberId });
    await expect(identify(subject, trust.odsCode)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await identify(subject)).toMatchObject({ odsCode: other.odsCode });
  });

  it('cannot be bound to an issuer that the organisation has not registered', async () => {
    await expect(add({ issuer: 'https://elsewhere.invalid' })).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'issuer' }],
    });
  });

  it('is changed only from the version that was seen', async () => {
    const { memberId, version } = await add();
    const changed = await ask(contracts.changeMember, {
      memberId,
      name: 'Renamed',
      expectedVersion: version,
    });
    expect(changed).toMatchObject({ name: 'Renamed' });
    expect(changed.version).toBeGreaterThan(version);
    await expect(
      ask(contracts.changeMember, { memberId, name: 'Late', expectedVersion: version }),
    ).rejects.toMatchObject({ code: 'version-mismatch' });
    const same = await ask(contracts.changeMember, { memberId, name: 'Renamed' });
    expect(same.version).toBe(changed.version);
  });

  it('is listed page by page, with those whose place has ended', async () => {
    const members = [await add(), await add(), await add()];
    await ask(contracts.endPlace, { memberId: members[1]!.memberId });
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await ask(contracts.listMembers, { limit: 2, ...(after === undefined ? {} : { after }) });
      seen.push(...page.members.map((member) => member.memberId));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual([admin, ...members].map((member) => member.memberId).sort());
    const { members: ended } = await ask(contracts.listMembers, { status: 'ended' });
    expect(ended.map((member) => member.memberId)).toEqual([members[1]!.memberId]);
    await expect(ask(contracts.listMembers, { after: 'x' })).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('administering', () => {
  it('is refused to who does not, or does not any more, whatever their token says', async () => {
    const member = await access.member(trust);
    await expect(ask(contracts.listMembers, {}, member)).rejects.toMatchObject({ code: 'forbidden' });
    const second = await access.member(trust, ['organisation-admin']);
    await ask(contracts.changeMember, { memberId: second.memberId, roles: ['clinician'] });
    for (const trying of [() => ask(contracts.listMembers, {}, second), () => add({}, second)])
      await expect(trying()).rejects.toMatchObject({ code: 'forbidden' });
    expect(
      await access.sql(
        `select act, detail from audit where actor_id = $1 and outcome = 'refused' order by id desc limit 1`,
        [second.memberId],
      ),
    ).toEqual([{ act: 'member.add', detail: { code: 'forbidden' } }]);
  });

  it('is for programs with the scope, and for no others', async () => {
    const program = (scopes: contracts.Scope[]) =>
      access.world.program({ organisationId: trust.organisationId, scopes });
    const { members } = await access.world.request(contracts.listMembers, await program(['members']), {});
    expect(members).toHaveLength(1);
    await expect(
      access.world.request(contracts.listMembers, await program(['panels', 'scim']), {}),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('never ends with the last who can: not by role, by end, by emergency, nor by two at once', async () => {
    const { memberId } = admin;
    for (const trying of [
      () => ask(contracts.changeMember, { memberId, roles: ['clinician'] }),
      () => ask(contracts.endPlace, { memberId }),
      () => ask(contracts.endPlace, { memberId, emergency: true }),
    ])
      await expect(trying()).rejects.toMatchObject({ code: 'conflict' });
    // Who cannot sign in cannot administer.
    await ask(contracts.addMember, {
      commandId: v7(),
      name: 'New member',
      email: `${v7()}@demo.invalid`,
      roles: ['organisation-admin'],
    });
    await expect(ask(contracts.endPlace, { memberId })).rejects.toMatchObject({ code: 'conflict' });

    const second = await access.member(trust, ['organisation-admin']);
    const outcomes = await Promise.allSettled([
      ask(contracts.endPlace, { memberId: second.memberId }, admin),
      ask(contracts.endPlace, { memberId }, second),
    ]);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });
});

describe('the end of a place', () => {
  it('holds from its reply: no sign-in, no decision, no panel', async () => {
    const specialist = await access.member(trust, ['specialist']);
    const lead = await access.member(trust, ['specialist']);
    const gp = await access.member(other);
    const panel = await access.panel(trust.odsCode, lead, [specialist]);
    const { caseId } = await access.newCase(gp, toPanel(panel), toMember(specialist));
    expect(await access.via(specialist, caseId)).toBe('member');
    const { panelsLeft } = await ask(contracts.endPlace, { memberId: specialist.memberId, emergency: true });
    expect(panelsLeft).toEqual([panel.panelId]);
    expect(await access.via(specialist, caseId)).toBeNull();
    expect(await eventsOf(contracts.placeEnded, specialist.memberId)).toEqual([
      {
        memberId: specialist.memberId,
        organisationId: trust.organisationId,
        reason: 'emergency',
        caseIds: [caseId],
        at: expect.any(String),
      },
    ]);
    expect(await eventsOf(contracts.panelLeft, panel.panelId)).toMatchObject([
      { memberId: specialist.memberId, reason: 'place-ended', caseIds: [] },
    ]);
    // Again changes nothing, and says nothing twice.
    await ask(contracts.endPlace, { memberId: specialist.memberId, emergency: true });
    expect(await eventsOf(contracts.placeEnded, specialist.memberId)).toHaveLength(1);

    const again = await ask(contracts.reopenPlace, { memberId: specialist.memberId });
    expect(again).toMatchObject({ status: 'active', panels: [] });
  });

  it('of who leads a panel needs a successor who is in it', async () => {
    const [lead, second, outsider] = await Promise.all(
      [1, 2, 3].map(() => access.member(trust, ['specialist'])),
    );
    const { panelId } = await access.panel(trust.odsCode, lead!, [second!]);
    const end = (replaceLeadBy?: string) =>
      ask(contracts.endPlace, { memberId: lead!.memberId, ...(replaceLeadBy && { replaceLeadBy }) });
    for (const by of [undefined, outsider!.memberId, lead!.memberId, v7()])
      await expect(end(by)).rejects.toMatchObject({ code: 'conflict' });
    expect(await end(second!.memberId)).toMatchObject({
      member: { status: 'ended', panels: [] },
      newLeads: [{ panelId, memberId: second!.memberId }],
    });
    expect(await eventsOf(contracts.panelLedAnew, panelId)).toMatchObject([
      { from: lead!.memberId, to: second!.memberId },
    ]);
  });

  it('in an emergency hands a panel to another specialist in it, or closes it', async () => {
    const [lead, clinician, specialist, alone] = [
      await access.member(trust, ['specialist']),
      await access.member(trust, ['clinician']),
      await access.member(trust, ['specialist']),
      await access.member(trust, ['specialist']),
    ];
    const staffed = await access.panel(trust.odsCode, lead, [clinician, specialist]);
    const lonely = await access.panel(trust.odsCode, alone);
    const emergency = ({ memberId }: MemberCaller) => ask(contracts.endPlace, { memberId, emergency: true });
    expect(await emergency(lead)).toMatchObject({
      newLeads: [{ panelId: staffed.panelId, memberId: specialist.memberId }],
      panelsClosed: [],
    });
    expect(await emergency(alone)).toMatchObject({ newLeads: [], panelsClosed: [lonely.panelId] });
    expect(await eventsOf(contracts.panelClosed, lonely.panelId)).toMatchObject([{ reason: 'nobody-left' }]);
    const led = await access.sql(
      `select p.id from panel p where p.status = 'active' and not exists (
         select from acting a where a.member_id = p.lead_member_id and a.organisation_id = p.organisation_id)`,
    );
    expect(led).toEqual([]);
  });
});

describe('a whole account', () => {
  it('is disabled by an operator in every organisation, and panels it led go on', async () => {
    const operator = await access.member(other, ['operator']);
    const subject = v7();
    const theirAdmin = await access.member(other, ['organisation-admin']);
    const person = await add({ subject, roles: ['specialist'] });
    await add({ subject, roles: ['specialist'] }, theirAdmin);
    const here = await callerOf(person);
    const second = await access.member(trust, ['specialist']);
    const { panelId } = await access.panel(trust.odsCode, here, [second]);
    const set = (status: 'active' | 'disabled', caller = operator) =>
      ask(contracts.setAccount, { memberId: person.memberId, status }, caller);
    await expect(set('disabled', admin)).rejects.toMatchObject({ code: 'forbidden' });
    await set('disabled');
    for (const odsCode of [trust.odsCode, other.odsCode])
      await expect(identify(subject, odsCode)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await ask(contracts.getOwnPanel, { panelId })).toMatchObject({ leadMemberId: second.memberId });
    expect(await ask(contracts.getMember, { memberId: person.memberId })).toMatchObject({
      accountDisabled: true,
    });
    await set('active');
    expect(await identify(subject, other.odsCode)).toMatchObject({ memberId: person.memberId });
    await expect(
      ask(contracts.setAccount, { memberId: operator.memberId, status: 'disabled' }, operator),
    ).rejects.toMatchObject({ code: 'conflict' });
  });
});
