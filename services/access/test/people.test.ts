import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import {
  acceptText,
  type consentKind,
  currentTexts,
  findMembers,
  identifyMember,
  listPanels,
  memberContacts,
  publishText,
  registerMember,
  registerPanel,
  requestContracts,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';
import { toAppError } from '@definitivedx/errors';
import { AccessWorld, inOneHour, issuer, toMember } from './access-world.js';

let access: AccessWorld;

beforeAll(async () => {
  access = await AccessWorld.start();
});
afterAll(() => access.stop());

const identify = async (subject: string, options: { odsCode?: string; signIn?: boolean } = {}) =>
  access.world.request(identifyMember, await access.world.as('gateway'), {
    issuer,
    subject,
    signIn: false,
    ...options,
  });
const register = (input: Partial<InputOf<typeof registerMember>>) =>
  access.operator<ReplyOf<typeof registerMember>>(registerMember, {
    issuer,
    subject: v7(),
    name: 'Member',
    email: 'member@demo.invalid',
    ...input,
  });

describe('signing in', () => {
  it('finds the member, the chosen or first organisation and the roles there', async () => {
    const [first, second] = [await access.organisation(), await access.organisation('trust')];
    const subject = v7();
    const { memberId } = await register({
      subject,
      name: 'Locum',
      memberships: [
        { odsCode: first.odsCode, roles: ['clinician'] },
        { odsCode: second.odsCode, roles: ['specialist', 'programme-lead'] },
      ],
    });
    expect(await identify(subject)).toEqual({
      memberId,
      name: 'Locum',
      organisationId: first.organisationId,
      organisation: `Organisation ${first.odsCode}`,
      odsCode: first.odsCode,
      roles: ['clinician'],
      consented: false,
      organisations: [first, second].map(({ odsCode }, place) => ({
        odsCode,
        organisation: `Organisation ${odsCode}`,
        roles: place === 0 ? ['clinician'] : ['specialist', 'programme-lead'],
      })),
    });
    expect(await identify(subject, { odsCode: second.odsCode })).toMatchObject({
      organisationId: second.organisationId,
      roles: ['specialist', 'programme-lead'],
    });
    const elsewhere = await access.organisation();
    await expect(identify(subject, { odsCode: elsewhere.odsCode })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('is refused alike to the unknown and the disabled, and both are audited', async () => {
    const { odsCode } = await access.organisation();
    const subject = v7();
    const { memberId } = await register({ subject, memberships: [{ odsCode, roles: ['clinician'] }] });
    expect((await identify(subject, { signIn: true })).memberId).toBe(memberId);
    await access.sql(`update member set status = 'disabled' where id = $1`, [memberId]);
    const refusal = (unknown: string) =>
      identify(unknown, { signIn: true }).then(
        () => 'let in',
        (error: unknown) => error,
      );
    const [unknown, disabled] = [await refusal(v7()), await refusal(subject)];
    expect(unknown).toMatchObject({ code: 'forbidden', message: expect.stringContaining('administrator') });
    expect(disabled).toMatchObject({ code: 'forbidden', message: (unknown as Error).message });
    const rows = await access.sql(
      `select actor_kind, actor_id, outcome from audit where act = 'sign-in' order by id desc limit 3`,
    );
    expect(rows).toEqual([
      { actor_kind: 'member', actor_id: memberId, outcome: 'refused' },
      { actor_kind: 'unknown', actor_id: null, outcome: 'refused' },
      { actor_kind: 'member', actor_id: memberId, outcome: 'allowed' },
    ]);
  });
});

describe('registering', () => {
  it('again keeps the ids and takes the new particulars', async () => {
    const [stays, leaves] = [await access.organisation(), await access.organisation()];
    const subject = v7();
    const before = await register({
      subject,
      memberships: [leaves, stays].map(({ odsCode }) => ({ odsCode, roles: ['clinician'] })),
    });
    const after = await register({
      subject,
      name: 'Renamed',
      memberships: [{ odsCode: stays.odsCode, roles: ['specialist'] }],
    });
    expect(after).toEqual(before);
    expect(await identify(subject)).toMatchObject({
      name: 'Renamed',
      odsCode: stays.odsCode,
      roles: ['specialist'],
    });
    await expect(identify(subject, { odsCode: leaves.odsCode })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('the same person from several places at once makes one member', async () => {
    const { odsCode } = await access.organisation();
    const input = { subject: v7(), memberships: [{ odsCode, roles: ['clinician' as const] }] };
    const replies = await Promise.all(Array.from({ length: 6 }, () => register(input)));
    expect(new Set(replies.map((reply) => reply.memberId)).size).toBe(1);
  });

  it('names the organisation or the person that is not there', async () => {
    const { odsCode } = await access.organisation();
    const memberships = [{ odsCode: 'NOSUCH', roles: ['clinician' as const] }];
    await expect(register({ memberships })).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'memberships.0.odsCode' })],
    });
    const elsewhere = await access.member(await access.organisation());
    await expect(access.panel(odsCode, elsewhere)).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(access.panel('NOSUCH', elsewhere)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('a panel makes its lead a member of it', async () => {
    const trust = await access.organisation('trust');
    const [lead, member] = [
      await access.member(trust, ['specialist']),
      await access.member(trust, ['specialist']),
    ];
    const { panelId } = await access.operator<ReplyOf<typeof registerPanel>>(registerPanel, {
      odsCode: trust.odsCode,
      name: 'General paediatrics',
      specialty: 'Paediatrics',
      phone: '020 7946 0000',
      leadMemberId: lead.memberId,
      memberIds: [member.memberId],
    });
    const { caseId } = await access.newCase(await access.member(trust), { kind: 'panel', panelId });
    expect(await access.via(lead, caseId)).toBe('panel');
    const { panels } = await access.world.request(listPanels, member, {});
    expect(panels).toContainEqual({
      panelId,
      name: 'General paediatrics',
      specialty: 'Paediatrics',
      phone: '020 7946 0000',
      organisation: `Organisation ${trust.odsCode}`,
    });
  });

  it('someone out of an organisation takes them out of its panels, unless they lead one', async () => {
    const [trust, other] = [await access.organisation('trust'), await access.organisation('trust')];
    const lead = await access.member(trust, ['specialist']);
    const [subject, leadSubject] = [v7(), v7()];
    const { memberId } = await register({
      subject,
      memberships: [{ odsCode: trust.odsCode, roles: ['specialist'] }],
    });
    await access.sql('update identity set subject = $1 where member_id = $2', [leadSubject, lead.memberId]);
    const leaver = await access.world.member({ ...lead, memberId, organisationId: other.organisationId });
    const panel = await access.panel(trust.odsCode, lead, [leaver]);
    const { caseId } = await access.newCase(await access.member(other), {
      kind: 'panel',
      panelId: panel.panelId,
    });
    const move = (who: string) =>
      register({ subject: who, memberships: [{ odsCode: other.odsCode, roles: ['specialist'] }] });
    await move(subject);
    expect(await access.via(leaver, caseId)).toBeNull();
    await expect(move(leadSubject)).rejects.toMatchObject({ code: 'conflict' });
    expect(await access.via(lead, caseId)).toBe('panel');
  });
});

describe('finding people', () => {
  it('goes by the beginning of the name, takes % and _ literally and stops at twenty', async () => {
    const organisation = await access.organisation();
    const caller = await access.member(organisation, ['clinician'], 'Xylo searcher');
    const found = async (name: string) => (await access.world.request(findMembers, caller, { name })).members;
    const odd = await access.member(organisation, ['clinician'], 'Xylo 100%_sure');
    const gone = await access.member(organisation, ['clinician'], 'Xylo gone');
    await access.disable(gone);
    await Promise.all(
      Array.from({ length: 25 }, (_, n) => access.member(organisation, ['clinician'], `Yacht ${String(n)}`)),
    );
    expect(await found('xYLO')).toEqual([
      {
        memberId: odd.memberId,
        name: 'Xylo 100%_sure',
        organisation: `Organisation ${organisation.odsCode}`,
      },
    ]);
    expect(await found('Xylo 100%_')).toHaveLength(1);
    expect(await found('Xy%')).toEqual([]);
    expect(await found('X_lo')).toEqual([]);
    expect(await found('ylo')).toEqual([]);
    expect(await found('Yacht')).toHaveLength(20);
    await expect(found('X')).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('gives addresses of active members to the service that delivers', async () => {
    const organisation = await access.organisation();
    const [active, gone] = [await access.member(organisation), await access.member(organisation)];
    await access.disable(gone);
    const { contacts } = await access.world.request(memberContacts, await access.world.as('notify'), {
      memberIds: [active.memberId, gone.memberId, v7()],
    });
    expect(contacts).toEqual([{ memberId: active.memberId, name: 'Member', email: 'member@demo.invalid' }]);
  });
});

describe('consent', () => {
  const publish = (kind: (typeof consentKind.options)[number], version: string, body: string, inMs = 0) =>
    access.operator<ReplyOf<typeof publishText>>(publishText, {
      kind,
      version,
      title: 'Title',
      body,
      effectiveFrom: access.later(inMs),
    });

  it('is current once both texts in force are accepted, and ends when a new version comes into force', async () => {
    const { odsCode, organisationId } = await access.organisation();
    const subject = v7();
    const { memberId } = await register({ subject, memberships: [{ odsCode, roles: ['clinician'] }] });
    const caller = await access.world.member({
      memberId,
      organisationId,
      roles: ['clinician'],
      consented: false,
    });
    const accept = (kind: (typeof consentKind.options)[number], version: string, hash: string) =>
      access.world.request(acceptText, caller, { kind, version, hash });

    const terms = await publish('terms-of-use', '1', 'Be careful.');
    const policy = await publish('privacy-policy', '1', 'We keep little.');
    const first = await accept('terms-of-use', '1', terms.hash);
    expect((await identify(subject)).consented).toBe(false);
    await accept('privacy-policy', '1', policy.hash);
    expect((await identify(subject)).consented).toBe(true);

    const next = await publish('terms-of-use', '2', 'Be very careful.', inOneHour);
    await expect(accept('terms-of-use', '2', next.hash)).rejects.toMatchObject({ code: 'conflict' });
    access.world.clock.advance(inOneHour - 1);
    expect(await accept('terms-of-use', '1', terms.hash)).toEqual(first);
    expect((await identify(subject)).consented).toBe(true);
    access.world.clock.advance(1);
    expect((await identify(subject)).consented).toBe(false);

    await expect(accept('terms-of-use', '1', terms.hash)).rejects.toMatchObject({ code: 'conflict' });
    await expect(accept('terms-of-use', '2', terms.hash)).rejects.toMatchObject({ code: 'conflict' });
    const { acceptedAt } = await accept('terms-of-use', '2', next.hash);
    expect((await identify(subject)).consented).toBe(true);
    const { texts } = await access.world.request(currentTexts, caller, {});
    expect(texts.find((text) => text.kind === 'terms-of-use')).toMatchObject({
      version: '2',
      body: 'Be very careful.',
      hash: next.hash,
      acceptedAt,
    });
  });

  it('is to published words, which never change under their version', async () => {
    const once = await publish('privacy-policy', 'fixed', 'These words.');
    expect(await publish('privacy-policy', 'fixed', 'These words.')).toEqual(once);
    await expect(publish('privacy-policy', 'fixed', 'Other words.')).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('every request of access', () => {
  const contracts = requestContracts.filter((contract) => contract.service === 'access');

  it.each(contracts.map((contract) => [contract.subject, contract] as const))(
    '%s refuses whom its contract does not name',
    async (_subject, contract) => {
      const organisation = await access.organisation();
      const { members, services = [], beforeConsent } = contract.who;
      const as = contract.from[0]!;
      const member = await access.member(organisation, ['programme-lead']);
      const ask = (caller: Parameters<typeof access.world.request>[1]) =>
        access.world.request(contract, caller, {}, as).then(
          () => 'done',
          (error: unknown) => toAppError(error).code,
        );
      if (members !== 'any') expect(await ask(member)).toBe('forbidden');
      if (members === 'any' && !beforeConsent) {
        expect(await ask(await access.world.member({ ...member, consented: false }))).toBe(
          'consent-required',
        );
      }
      const uninvited = (['files', 'metrics', 'gateway'] as const).find(
        (service) => !services.includes(service),
      )!;
      expect(await ask(await access.world.as(uninvited))).toBe('forbidden');
    },
  );
});

describe('a case', () => {
  it('cannot be shared with someone by a member who only reads figures', async () => {
    const organisation = await access.organisation();
    const lead = await access.member(organisation, ['programme-lead']);
    const invited = await access.member(organisation);
    await expect(access.newCase(lead, toMember(invited))).rejects.toMatchObject({ code: 'forbidden' });
  });
});
