import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import * as contracts from '@definitivedx/contracts';
import type { PanelRecord, RequestContract } from '@definitivedx/contracts';
import { toAppError } from '@definitivedx/errors';
import type { z } from 'zod';
import { AccessWorld, inOneHour, toMember, toPanel } from './access-world.js';

let access: AccessWorld;
let trust: { organisationId: string; odsCode: string };
let practice: { organisationId: string; odsCode: string };
let admin: MemberCaller;
let theirAdmin: MemberCaller;
let gp: MemberCaller;
let lead: MemberCaller;
let second: MemberCaller;

beforeAll(async () => {
  access = await AccessWorld.start();
});
afterAll(() => access.stop());
beforeEach(async () => {
  [trust, practice] = [await access.organisation('trust'), await access.organisation()];
  admin = await access.member(trust, ['organisation-admin']);
  theirAdmin = await access.member(practice, ['organisation-admin']);
  gp = await access.member(practice);
  lead = await access.member(trust, ['specialist'], 'Lead');
  second = await access.member(trust, ['specialist'], 'Second');
});

const ask = <C extends RequestContract>(contract: C, input: z.input<C['request']>, caller = admin) =>
  access.world.request(contract, caller, input);
const open = (rest: object = {}): Promise<PanelRecord> =>
  ask(contracts.createPanel, {
    commandId: v7(),
    name: `Panel ${v7()}`,
    specialty: 'Paediatrics',
    phone: '020 7946 0000',
    leadMemberId: lead.memberId,
    memberIds: [lead.memberId, second.memberId],
    ...rest,
  });
const sendable = async (caller: MemberCaller): Promise<string[]> =>
  (await ask(contracts.listPanels, {}, caller)).panels.map((panel) => panel.panelId);
const lost = (panelId: string) =>
  access.sql<{ payload: { memberId: string; caseIds: string[]; reason: string } }>(
    'select payload from outbox where subject = $1 and aggregate_id = $2 order by id',
    [contracts.panelLeft.subject, panelId],
  );

describe('a panel', () => {
  it('is opened with its members, and led by one of them', async () => {
    const panel = await open();
    expect(panel).toMatchObject({
      status: 'active',
      openTo: 'own-organisation',
      leadMemberId: lead.memberId,
    });
    expect(panel.members.map((member) => member.name).sort()).toEqual(['Lead', 'Second']);
    expect((await ask(contracts.listOwnPanels, {})).panels).toMatchObject([
      { panelId: panel.panelId, memberCount: 2 },
    ]);
  });

  it('is refused without members, with strangers, and under a name that was used', async () => {
    await expect(open({ memberIds: [] })).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'memberIds' }],
    });
    await expect(open({ memberIds: [lead.memberId, gp.memberId] })).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'memberIds.1' }],
    });
    const panel = await open({ name: 'General' });
    await expect(open({ name: 'General' })).rejects.toMatchObject({ code: 'conflict' });
    await ask(contracts.closePanel, { panelId: panel.panelId });
    await expect(open({ name: 'General' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('closed'),
    });
    expect(
      await access.sql(`select id from panel where organisation_id = $1`, [trust.organisationId]),
    ).toHaveLength(1);
  });

  it('of another organisation is none here', async () => {
    const { panelId } = await open();
    for (const trying of [
      () => ask(contracts.getOwnPanel, { panelId }, theirAdmin),
      () => ask(contracts.closePanel, { panelId }, theirAdmin),
      () => ask(contracts.addPanelMembers, { panelId, memberIds: [gp.memberId] }, theirAdmin),
      () => ask(contracts.offerPanel, { panelId, odsCode: trust.odsCode }, theirAdmin),
    ])
      await expect(trying()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is never emptied, nor left without a lead', async () => {
    const { panelId } = await open();
    const remove = (memberId: string, replaceLeadBy?: string) =>
      ask(contracts.removePanelMember, { panelId, memberId, ...(replaceLeadBy && { replaceLeadBy }) });
    await expect(remove(lead.memberId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(remove(lead.memberId, gp.memberId)).rejects.toMatchObject({ code: 'conflict' });
    expect(await remove(lead.memberId, second.memberId)).toMatchObject({ leadMemberId: second.memberId });
    await expect(remove(second.memberId)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('who leaves a panel', () => {
  it('loses what only the panel gave, and the event names what they had seen of it', async () => {
    const panel = await open({ openTo: 'all-organisations' });
    const [seen, unseen, invited] = [
      await access.newCase(gp, toPanel(panel)),
      await access.newCase(gp, toPanel(panel)),
      await access.newCase(gp, toPanel(panel)),
    ];
    await access.check(second, seen.caseId, invited.caseId);
    await access.share(gp, invited.caseId, [toMember(second)]);
    await ask(contracts.removePanelMember, { panelId: panel.panelId, memberId: second.memberId });
    expect(await access.via(second, seen.caseId)).toBeNull();
    expect(await access.via(second, unseen.caseId)).toBeNull();
    expect(await access.via(second, invited.caseId)).toBe('member');
    expect(await lost(panel.panelId)).toMatchObject([
      { payload: { memberId: second.memberId, reason: 'removed', caseIds: [seen.caseId] } },
    ]);
  });

  it('because it is closed, all do', async () => {
    const panel = await open({ openTo: 'all-organisations' });
    const { caseId } = await access.newCase(gp, toPanel(panel));
    await access.check(lead, caseId);
    expect(await ask(contracts.closePanel, { panelId: panel.panelId })).toMatchObject({ status: 'closed' });
    expect(await access.via(lead, caseId)).toBeNull();
    const events = await lost(panel.panelId);
    expect(events.map(({ payload }) => [payload.memberId, payload.caseIds]).sort()).toEqual(
      [
        [lead.memberId, [caseId]],
        [second.memberId, []],
      ].sort(),
    );
    await expect(
      ask(contracts.addPanelMembers, { panelId: panel.panelId, memberIds: [second.memberId] }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('who may send to a panel', () => {
  it('is everybody, its own organisation, or those that accepted an offer', async () => {
    const panel = await open();
    const { panelId } = panel;
    const may = async (): Promise<boolean> => {
      const listed = (await sendable(gp)).includes(panelId);
      const shared = await access
        .newCase(gp, toPanel(panel))
        .then(() => true)
        .catch((error: unknown) => {
          if (toAppError(error).code !== 'invalid-input') throw error;
          return false;
        });
      expect(shared).toBe(listed);
      return listed;
    };
    expect(await may()).toBe(false);
    expect(await sendable(lead)).toContain(panelId);
    await ask(contracts.changePanel, { panelId, openTo: 'all-organisations' });
    expect(await may()).toBe(true);

    await ask(contracts.changePanel, { panelId, openTo: 'listed-organisations' });
    expect(await may()).toBe(false);
    await ask(contracts.offerPanel, { panelId, odsCode: practice.odsCode, expiresAt: access.later() });
    expect(await may()).toBe(false);
    expect((await ask(contracts.listPanelOffers, {}, theirAdmin)).offers).toMatchObject([
      { panelId, status: 'offered', odsCode: trust.odsCode },
    ]);
    await ask(contracts.answerPanelOffer, { panelId, answer: 'accepted' }, theirAdmin);
    expect(await may()).toBe(true);
    await ask(contracts.answerPanelOffer, { panelId, answer: 'declined' }, theirAdmin);
    expect(await may()).toBe(false);
    await ask(contracts.answerPanelOffer, { panelId, answer: 'accepted' }, theirAdmin);
    access.world.clock.advance(inOneHour + 1);
    expect(await may()).toBe(false);
    await expect(
      ask(contracts.answerPanelOffer, { panelId, answer: 'accepted' }, theirAdmin),
    ).rejects.toMatchObject({ code: 'conflict' });
    await ask(contracts.offerPanel, { panelId, odsCode: practice.odsCode });
    expect(await may()).toBe(true);
    await ask(contracts.withdrawPanelOffer, { panelId, organisationId: practice.organisationId });
    expect(await may()).toBe(false);
    await expect(
      ask(contracts.answerPanelOffer, { panelId, answer: 'accepted' }, theirAdmin),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  it('cannot be offered in circles, into the past, or where it does not count', async () => {
    const { panelId } = await open({ openTo: 'listed-organisations' });
    const offer = (odsCode: string, rest: object = {}, caller = admin) =>
      ask(contracts.offerPanel, { panelId, odsCode, ...rest }, caller);
    await expect(offer(trust.odsCode)).rejects.toMatchObject({ issues: [{ path: 'odsCode' }] });
    await expect(offer('NOWHERE')).rejects.toMatchObject({ issues: [{ path: 'odsCode' }] });
    await expect(offer(practice.odsCode, { expiresAt: access.later(-1) })).rejects.toMatchObject({
      issues: [{ path: 'expiresAt' }],
    });
    await offer(practice.odsCode);
    await ask(contracts.answerPanelOffer, { panelId, answer: 'accepted' }, theirAdmin);
    // What was offered cannot be passed on, nor back.
    await expect(offer(trust.odsCode, {}, theirAdmin)).rejects.toMatchObject({ code: 'not-found' });
    const own = await open();
    await expect(
      ask(contracts.offerPanel, { panelId: own.panelId, odsCode: practice.odsCode }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is everybody for a panel that the operator registers', async () => {
    const { panelId } = await access.panel(trust.odsCode, lead);
    expect(await sendable(gp)).toContain(panelId);
  });
});
