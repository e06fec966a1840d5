import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import {
  assignDuty,
  callerPrincipals,
  caseAudience,
  caseReaders,
  changeSettings,
  openForGovernance,
  organisationSettings,
  previewShare,
  setInviteOnly,
  shareCase,
  type AudienceEntry,
} from '@definitivedx/contracts';
import { AccessWorld, inOneHour, toEveryone, toMember, toPanel } from './access-world.js';

let access: AccessWorld;
let practice: { organisationId: string; odsCode: string };
let trust: { organisationId: string; odsCode: string };
let admin: MemberCaller;
let gp: MemberCaller;
let lead: MemberCaller;

beforeAll(async () => {
  access = await AccessWorld.start();
  practice = await access.organisation('practice');
  trust = await access.organisation('trust');
  admin = await access.member(practice, ['organisation-admin']);
  gp = await access.member(practice, ['clinician'], 'Asking GP');
  lead = await access.member(trust, ['specialist'], 'Panel lead');
});
afterAll(() => access.stop());

const doctor = (name = 'Doctor') => access.member(trust, ['specialist'], name);
const withControl = (who: MemberCaller): AudienceEntry => ({
  kind: 'member',
  memberId: who.memberId,
  control: true,
  reason: 'On leave until Monday',
});
const preview = (by: MemberCaller, audience: AudienceEntry[], caseId?: string) =>
  access.world.request(previewShare, by, { audience, ...(caseId === undefined ? {} : { caseId }) });
const audienceOf = (by: MemberCaller, caseId: string) => access.world.request(caseAudience, by, { caseId });
const assign = (duty: 'cover' | 'governance', ...who: MemberCaller[]) =>
  access.world.request(assignDuty, admin, { duty, memberIds: who.map((one) => one.memberId) });

describe('a delegate', () => {
  it('shares the case and ends shares, but gives control to nobody and ends that of no other delegate', async () => {
    const [delegate, other, invited] = [await doctor(), await doctor(), await doctor()];
    const { caseId, grantIds } = await access.newCase(gp, withControl(delegate), withControl(other));
    const grantId = v7();
    await access.share(delegate, caseId, [toMember(invited)], [grantId]);
    expect(await access.via(invited, caseId)).toBe('member');
    await access.revoke(delegate, caseId, grantId);
    expect(await access.via(invited, caseId)).toBeNull();

    await expect(access.share(delegate, caseId, [withControl(invited)])).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'audience.0.control' })],
    });
    await expect(access.revoke(delegate, caseId, grantIds[1]!)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await access.via(other, caseId)).toBe('delegate');
    await access.revoke(delegate, caseId, grantIds[0]!);
    await expect(access.share(delegate, caseId, [toMember(invited)])).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('is in the audience with the reason, and a grant given as a plain share is not theirs by repetition', async () => {
    const delegate = await doctor('Delegate');
    const { caseId, grantIds } = await access.newCase(gp, withControl(delegate));
    const { grants } = await audienceOf(delegate, caseId);
    expect(grants).toEqual([
      expect.objectContaining({
        grantId: grantIds[0],
        name: 'Delegate',
        control: true,
        reason: 'On leave until Monday',
      }),
    ]);
    await expect(access.share(gp, caseId, [toMember(delegate)], grantIds)).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('the cover list of a practice', () => {
  it('acts for the requester in every case of the practice, old and new, and finds them under the practice', async () => {
    const before = await access.newCase(gp, toMember(lead));
    const cover = await access.member(practice);
    await assign('cover', cover);
    const after = await access.newCase(gp, toMember(lead));
    expect([await access.via(cover, before.caseId), await access.via(cover, after.caseId)]).toEqual([
      'cover',
      'cover',
    ]);
    const { principals } = await access.world.request(callerPrincipals, cover, {});
    expect(principals).toContain(practice.organisationId);
    expect((await access.world.request(callerPrincipals, gp, {})).principals).not.toContain(
      practice.organisationId,
    );
    await access.share(cover, before.caseId, [withControl(await doctor())]);
    expect((await audienceOf(gp, before.caseId)).cover).toContainEqual(
      expect.objectContaining({ memberId: cover.memberId }),
    );
    await assign('cover');
    expect(await access.via(cover, before.caseId)).toBeNull();
  });

  it('puts on the asking side also whom a case was shared with, with control', async () => {
    const cover = await access.member(practice);
    const { caseId } = await access.newCase(gp, withControl(cover));
    expect(await access.via(cover, caseId)).toBe('delegate');
    await assign('cover', cover);
    expect(await access.via(cover, caseId)).toBe('cover');
    // And so gives control, which a delegate cannot.
    await access.share(cover, caseId, [withControl(await doctor())]);
    await assign('cover');
    expect(await access.via(cover, caseId)).toBe('delegate');
  });

  it('holds only members of the practice', async () => {
    await expect(assign('cover', lead)).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'memberIds.0' })],
    });
    const settings = await access.world.request(organisationSettings, admin, {});
    expect(settings).toMatchObject({ odsCode: practice.odsCode, cover: [] });
  });
});

describe('an invite-only case', () => {
  it('refuses panels and all members, from its first share on, until that is ended', async () => {
    await access.allowEveryone(practice.organisationId);
    const panel = await access.panel(trust.odsCode, lead);
    const caseId = v7();
    const first = { caseId, inviteOnly: true, entries: [{ grantId: v7(), entry: toMember(lead) }] };
    await access.world.request(shareCase, gp, first);
    for (const wide of [toPanel(panel), toEveryone()]) {
      await expect(access.share(gp, caseId, [wide])).rejects.toMatchObject({
        code: 'invalid-input',
        issues: [expect.objectContaining({ path: 'audience.0' })],
      });
    }
    await access.world.request(setInviteOnly, gp, { caseId, inviteOnly: false });
    await access.share(gp, caseId, [toPanel(panel)]);
    await expect(access.world.request(setInviteOnly, gp, { caseId, inviteOnly: true })).rejects.toMatchObject(
      {
        code: 'conflict',
      },
    );
    await expect(
      access.world.request(setInviteOnly, lead, { caseId, inviteOnly: true }),
    ).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('is never shared more widely, however a share and the marking race', async () => {
    const panel = await access.panel(trust.odsCode, lead);
    for (let round = 0; round < 10; round += 1) {
      const { caseId } = await access.newCase(gp, toMember(lead));
      await Promise.allSettled([
        access.share(gp, caseId, [toPanel(panel)]),
        access.world.request(setInviteOnly, gp, { caseId, inviteOnly: true }),
      ]);
      const { inviteOnly, grants } = await audienceOf(gp, caseId);
      expect(inviteOnly).toBe(!grants.some(({ to }) => to.kind === 'panel'));
    }
  });
});

describe('a preview of a share', () => {
  it('counts the people and organisations that would see the case, each person once', async () => {
    const [one, two] = [await doctor(), await doctor()];
    const panel = await access.panel(trust.odsCode, lead, [one, two]);
    const { caseId } = await access.newCase(gp, toMember(one));
    const elsewhere = await access.member(await access.organisation('trust'), ['specialist']);
    expect(await preview(gp, [toPanel(panel), toMember(one), toMember(elsewhere)], caseId)).toEqual({
      before: { members: 2, organisations: 2, more: false },
      after: { members: 5, organisations: 3, more: false },
      issues: [],
    });
    expect(await preview(gp, [toPanel(panel)])).toMatchObject({
      before: { members: 1, organisations: 1 },
      after: { members: 4, organisations: 2 },
    });
    expect(await access.via(elsewhere, caseId)).toBeNull();
    await expect(preview(one, [toPanel(panel)], caseId)).rejects.toMatchObject({ code: 'not-found' });
    await expect(preview(gp, [toPanel(panel)], v7())).rejects.toMatchObject({ code: 'not-found' });
  });

  it('names what would be refused and counts without it', async () => {
    const home = await access.organisation('practice');
    const asker = await access.member(home);
    const reply = await preview(asker, [
      toEveryone(),
      toMember(lead, access.later(-1)),
      { kind: 'panel', panelId: v7() },
    ]);
    expect(reply.issues.map(({ path }) => path).sort()).toEqual([
      'audience.0',
      'audience.1.expiresAt',
      'audience.2.panelId',
    ]);
    expect(reply.after).toEqual(reply.before);
    await access.allowEveryone(home.organisationId);
    const { after } = await preview(asker, [toEveryone()]);
    const [members] = await access.sql<{ n: number }>(
      'select count(distinct member_id)::int as n from acting',
    );
    expect(after.members).toBe(members!.n);
  });
});

describe('the readers of a case', () => {
  it('are listed with when and through what, for who controls it, whether they still may or not', async () => {
    const [reader, invited] = [await doctor('Reader'), await doctor('Not yet')];
    const { caseId, grantIds } = await access.newCase(gp, toMember(reader), toMember(invited));
    const first = access.now().toISOString();
    await access.check(reader, caseId);
    access.world.clock.advance(inOneHour);
    await access.check(reader, caseId);
    await access.check(gp, caseId);
    const readers = () => access.world.request(caseReaders, gp, { caseId });
    const seen = {
      memberId: reader.memberId,
      name: 'Reader',
      organisation: `Organisation ${trust.odsCode}`,
      via: 'member',
      firstAt: first,
      lastAt: access.now().toISOString(),
      times: 2,
    };
    expect(await readers()).toEqual({ readers: [{ ...seen, maySeeNow: true }], more: false });
    await access.revoke(gp, caseId, grantIds[0]!);
    expect((await readers()).readers).toEqual([{ ...seen, maySeeNow: false }]);
    await expect(access.world.request(caseReaders, reader, { caseId })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('governance', () => {
  const reason = 'A complaint of the family has to be answered.';

  it('opens a case once, for a day, with the reason in the audience and in no event', async () => {
    const governor = await access.member(practice, ['clinician'], 'Governance lead');
    const { caseId } = await access.newCase(gp, toMember(lead));
    const open = () => access.world.request(openForGovernance, governor, { caseId, reason });
    await expect(open()).rejects.toMatchObject({ code: 'forbidden' });
    await assign('governance', governor);
    await expect(open()).rejects.toMatchObject({ code: 'forbidden' });
    await access.world.request(changeSettings, admin, { governanceAccess: true });
    expect(await access.via(governor, caseId)).toBeNull();
    const [once, again] = [await open(), await open()];
    expect(again).toEqual(once);
    expect(await access.via(governor, caseId)).toBe('governance');
    expect((await audienceOf(gp, caseId)).governance).toEqual([
      expect.objectContaining({ memberId: governor.memberId, name: 'Governance lead', reason }),
    ]);
    const events = await access.sql<{ payload: unknown }>(
      'select payload from outbox where aggregate_id = $1',
      [caseId],
    );
    expect(events).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain('complaint');
    access.world.clock.advance(24 * inOneHour);
    expect(await access.via(governor, caseId)).toBeNull();
  });
});
