import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  acknowledgeResponsibility,
  addPost,
  assignDuty,
  caseAudience,
  closeCase,
  copyToRecord,
  getCase,
  handBack,
  handTo,
  listCases,
  revokeShare,
  shareFurther,
} from '@definitivedx/contracts';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  panel = await clinic.panel();
});
afterAll(() => clinic.world.stop());

const listed = async (by: Person): Promise<string[]> => {
  const { cases } = await clinic.world.request(listCases, await by.caller(), { limit: 100 });
  return cases.map(({ caseId }) => caseId);
};
const survey = { outcome: 'new-or-additional-action', referral: 'contemplated-avoided' } as const;

describe('who covers for the practice', () => {
  it('finds its cases, answers the specialist, takes the advice to the record and closes, as the asking side', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const cover = await clinic.gp();
    expect(await listed(cover)).not.toContain(caseId);
    const admin = await (await clinic.administrator()).caller();
    await clinic.world.request(assignDuty, admin, { duty: 'cover', memberIds: [cover.memberId] });

    const as = await cover.caller();
    expect(await listed(cover)).toContain(caseId);
    expect(await clinic.world.request(getCase, as, { caseId })).toMatchObject({ via: 'cover' });
    await clinic.post(panel.onCall, caseId, 'question');
    // Information from the asking side takes the case back to awaiting advice; a colleague's would not.
    expect(await clinic.post(cover, caseId, 'information')).toMatchObject({ status: 'awaiting-advice' });
    expect(await refusal(clinic.post(cover, caseId, 'advice', { recommendation: 'OTHER' }))).toMatchObject({
      code: 'forbidden',
    });
    await clinic.post(panel.onCall, caseId, 'advice', { recommendation: 'OTHER' });
    await clinic.world.request(copyToRecord, as, { commandId: randomUUID(), caseId });
    const closed = await clinic.world.request(closeCase, as, { commandId: randomUUID(), caseId, survey });
    expect(closed.status).toBe('closed');

    await clinic.world.request(assignDuty, admin, { duty: 'cover', memberIds: [] });
    expect(await listed(cover)).not.toContain(caseId);
    expect(await refusal(clinic.world.request(getCase, as, { caseId }))).toMatchObject({ code: 'not-found' });
  });
});

describe('a delegate', () => {
  it('shares the case further and ends shares through cases, and writes as themself', async () => {
    const [delegate, invited] = [await clinic.gp(), await clinic.specialist()];
    const entry = { ...toMember(delegate), control: true, reason: 'On leave' } as ReturnType<typeof toMember>;
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel), entry]));
    const as = await delegate.caller();
    const more = { commandId: randomUUID(), caseId, audience: [toMember(invited)] };
    const { grantIds } = await clinic.world.request(shareFurther, as, more);
    expect(await listed(invited)).toContain(caseId);
    const ending = { commandId: randomUUID(), caseId, grantId: grantIds[0]! };
    await clinic.world.request(revokeShare, as, ending);
    expect(await listed(invited)).not.toContain(caseId);
    expect(
      await refusal(
        clinic.world.request(addPost, as, {
          commandId: randomUUID(),
          caseId,
          kind: 'question',
          body: 'Why?',
        }),
      ),
    ).toMatchObject({ code: 'forbidden' });
    expect(
      await refusal(clinic.world.request(copyToRecord, as, { commandId: randomUUID(), caseId })),
    ).toMatchObject({ code: 'not-found' });
  });
});

describe('a specialist who was invited with control and answers', () => {
  it('says that they know of it, and hands it over or back', async () => {
    const [answering, third] = [await clinic.specialist(), await clinic.specialist()];
    const led = await clinic.panel({ lead: third });
    const entry = { ...toMember(answering), control: true } as ReturnType<typeof toMember>;
    const of = async (): Promise<{ commandId: string; caseId: string }> => {
      const { caseId, responsibleId } = await clinic.share(gp, clinic.caseFor([entry]));
      expect(responsibleId).toBe(answering.memberId);
      const given = { commandId: randomUUID(), caseId };
      await clinic.world.request(shareFurther, await gp.caller(), { ...given, audience: [toPanel(led)] });
      return { commandId: randomUUID(), caseId };
    };
    const as = await answering.caller();
    const one = await of();
    expect((await clinic.read(answering, one.caseId)).via).toBe('delegate');
    await clinic.world.request(acknowledgeResponsibility, as, one);
    const { memberId } = led.onCall;
    const handing = { ...one, commandId: randomUUID(), memberId, note: 'Please look at this.' };
    expect(await clinic.world.request(handTo, as, handing)).toMatchObject({ responsibleId: memberId });
    // Whose it is not any more, hands over nothing.
    const again = { ...handing, commandId: randomUUID(), memberId: third.memberId };
    expect(await refusal(clinic.world.request(handTo, as, again))).toMatchObject({ code: 'forbidden' });
    expect(await clinic.world.request(handBack, as, await of())).toMatchObject({ responsibleId: memberId });
  });
});

describe('an invite-only case', () => {
  it('is asked of people by name, of whom a specialist answers, and of no panel', async () => {
    const invited = await clinic.specialist();
    const wide = { ...clinic.caseFor([toMember(invited), toPanel(panel)]), inviteOnly: true };
    expect(await refusal(clinic.share(gp, wide))).toMatchObject({ code: 'invalid-input' });
    const narrow = { ...clinic.caseFor([toMember(invited)]), inviteOnly: true };
    const { caseId, responsibleId } = await clinic.share(gp, narrow);
    expect(responsibleId).toBe(invited.memberId);
    const audience = await clinic.world.request(caseAudience, await gp.caller(), { caseId });
    expect(audience).toMatchObject({ inviteOnly: true, requester: { memberId: gp.memberId } });
  });
});
