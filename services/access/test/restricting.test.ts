import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MemberCaller } from '@definitivedx/auth';
import {
  assignDuty,
  caseAudience,
  changeSettings,
  organisationSettings,
  restrictCase,
  setInviteOnly,
  teachingAllowed,
} from '@definitivedx/contracts';
import { v7 } from 'uuid';
import { AccessWorld, toMember, toPanel } from './access-world.js';

let access: AccessWorld;
let admin: MemberCaller;
let gp: MemberCaller;
let specialist: MemberCaller;
let panelist: MemberCaller;
let panel: { panelId: string };
let practice: Awaited<ReturnType<AccessWorld['organisation']>>;

beforeAll(async () => {
  access = await AccessWorld.start();
  practice = await access.organisation('practice');
  const trust = await access.organisation('trust');
  admin = await access.member(practice, ['organisation-admin']);
  gp = await access.member(practice, ['clinician']);
  specialist = await access.member(trust, ['specialist']);
  panelist = await access.member(trust, ['specialist']);
  panel = await access.panel(trust.odsCode, panelist);
});
afterAll(() => access.stop());

const restrict = (by: MemberCaller, caseId: string, flagged: boolean, version: number) =>
  access.world.request(restrictCase, by, { caseId, flagged, version });
const mark = (caseId: string, inviteOnly: boolean) =>
  access.world.request(setInviteOnly, gp, { caseId, inviteOnly });
const isInviteOnly = async (caseId: string): Promise<boolean> =>
  (await access.world.request(caseAudience, gp, { caseId })).inviteOnly;

describe('keeping a flagged case among people', () => {
  it('is for whoever may post in it, and to everyone else there is no such case', async () => {
    const [delegate, cover] = [
      await access.member(practice, ['clinician']),
      await access.member(practice, ['clinician']),
    ];
    await access.world.request(assignDuty, admin, { duty: 'cover', memberIds: [cover.memberId] });
    for (const [by, controls] of [
      [gp, true],
      [cover, true],
      [delegate, true],
      [specialist, false],
    ] as const) {
      const { caseId } = await access.newCase(gp, toMember(specialist), {
        ...{ kind: 'member', memberId: delegate.memberId },
        ...{ control: true, reason: 'On leave' },
      });
      expect(await restrict(by, caseId, true, 2)).toEqual({ wider: [], controls });
      expect(await isInviteOnly(caseId)).toBe(true);
      await expect(mark(caseId, false)).rejects.toMatchObject({ code: 'conflict' });
    }
    const { caseId } = await access.newCase(gp, toMember(specialist));
    for (const by of [panelist, await access.member(practice, ['clinician'])]) {
      await expect(restrict(by, caseId, true, 2)).rejects.toMatchObject({ code: 'not-found' });
      await expect(restrict(by, v7(), true, 2)).rejects.toMatchObject({ code: 'not-found' });
    }
    expect(await isInviteOnly(caseId)).toBe(false);
  });

  it('changes nothing while wider shares are open, and names them', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toPanel(panel), toMember(specialist));
    const wider = [{ grantId: grantIds[0], kind: 'panel', panelId: panel.panelId }];
    expect(await restrict(gp, caseId, true, 2)).toEqual({ wider, controls: true });
    expect(await restrict(panelist, caseId, true, 2)).toEqual({ wider, controls: false });
    expect(await isInviteOnly(caseId)).toBe(false);
    await access.revoke(gp, caseId, grantIds[0]!);
    await restrict(gp, caseId, true, 3);
    await expect(access.share(gp, caseId, [toPanel(panel)])).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });

  it('ends when the flag does, by the version of the case and not by what comes last', async () => {
    const { caseId } = await access.newCase(gp, toMember(specialist));
    await restrict(gp, caseId, true, 5);
    await restrict(gp, caseId, false, 4);
    await expect(mark(caseId, false)).rejects.toMatchObject({ code: 'conflict' });
    await restrict(gp, caseId, false, 6);
    // Whether it stays among people is now up to who controls it.
    expect(await isInviteOnly(caseId)).toBe(true);
    await mark(caseId, false);
    await access.share(gp, caseId, [toPanel(panel)]);
  });
});

describe('teaching', () => {
  it('is off until the administrator turns it on, and for their organisation alone', async () => {
    const allowed = async (by: MemberCaller) => (await access.world.request(teachingAllowed, by, {})).allowed;
    expect(await allowed(gp)).toBe(false);
    expect(await access.world.request(changeSettings, admin, { teaching: true })).toMatchObject({
      teaching: true,
      shareWithEveryone: false,
      governanceAccess: false,
    });
    expect(await allowed(gp)).toBe(true);
    expect(await allowed(specialist)).toBe(false);
    expect(await access.world.request(organisationSettings, admin, {})).toMatchObject({ teaching: true });
    await access.world.request(changeSettings, admin, { teaching: false });
    expect(await allowed(gp)).toBe(false);
  });
});
