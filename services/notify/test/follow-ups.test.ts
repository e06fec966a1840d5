import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { assignDuty, endPlace, followUpDue, registerMember, type Role } from '@definitivedx/contracts';
import { Ward, type Person } from './ward.js';

let ward: Ward;
beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward.stop());

/** Somebody else of the practice. */
async function colleague(roles: Role[]): Promise<Person> {
  const { world, gp } = ward;
  const email = `${uuidv7()}@demo.invalid`;
  const { memberId } = await world.request(registerMember, await world.as('operator'), {
    issuer: 'https://sign-in.invalid',
    subject: uuidv7(),
    name: 'Demo member',
    email,
    memberships: [{ odsCode: 'P81001', roles }],
  });
  const { organisationId } = gp.caller;
  return { memberId, email, caller: await world.member({ memberId, organisationId, roles }) };
}

const due = (caseId: string, day: 30 | 90) => ({
  ...{ caseId, day, requesterId: ward.gp.memberId },
  at: new Date().toISOString(),
});

describe('when it is time to follow up', () => {
  it('asks the requester what became of a child, by mail too, without a word of the case', async () => {
    const { world, gp, onCall } = ward;
    const { caseId } = await ward.openCase();
    const event = due(caseId, 30);
    const messageId = uuidv7();
    for (let time = 0; time < 3; time += 1) await world.publish(followUpDue, caseId, event, messageId);
    await ward.sent(messageId);
    expect(await ward.told(gp, caseId)).toEqual(['follow-up-due']);
    expect(await ward.told(onCall, caseId)).toEqual([]);
    const [mail, ...others] = await ward.received(caseId);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: [gp.email], subject: 'What became of a child you asked about?' });
  });

  it('asks who covers for the practice, once the requester has left it', async () => {
    const { world, gp } = ward;
    const { caseId } = await ward.openCase();
    const [admin, cover] = [await colleague(['organisation-admin']), await colleague(['clinician'])];
    await world.request(assignDuty, admin.caller, { duty: 'cover', memberIds: [cover.memberId] });
    await ward.sent(await world.publish(followUpDue, caseId, due(caseId, 30)));
    expect(await ward.told(cover, caseId)).toEqual([]);

    await world.request(endPlace, admin.caller, { memberId: gp.memberId, emergency: false });
    const messageId = await world.publish(followUpDue, caseId, due(caseId, 90));
    await ward.sent(messageId);
    expect(await ward.told(cover, caseId)).toEqual(['follow-up-due']);
    expect((await ward.mails(messageId)).map(({ memberId }) => memberId)).toEqual([cover.memberId]);
  });
});
