import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { acknowledgeTestPage, sendTestPage, setRota, testPages } from '@definitivedx/contracts';
import type { MemberCaller } from '@definitivedx/auth';
import { until } from '@definitivedx/testing';
import { Ward } from './ward.js';

let ward: Ward;
let admin: MemberCaller;

beforeAll(async () => {
  ward = await Ward.open();
  const { organisationId } = ward.onCall.caller;
  admin = await ward.world.member({ organisationId, roles: ['organisation-admin'] });
});
afterAll(() => ward.stop());

describe('a test page', () => {
  it('goes to whoever is on call by mail, and has arrived once they acknowledge it themselves', async () => {
    const { world, onCall, colleague, panelId } = ward;
    const { pageId, memberId } = await world.request(sendTestPage, admin, { panelId });
    expect(memberId).toBe(onCall.memberId);
    await until(async () => (await ward.received(pageId)).length > 0, 'the mail');
    const [mail] = await ward.received(pageId);
    expect(mail).toMatchObject({ to: [onCall.email], subject: 'A test page for whoever is on call' });

    const acknowledge = (who: typeof onCall) => world.request(acknowledgeTestPage, who.caller, { pageId });
    await expect(acknowledge(colleague)).rejects.toMatchObject({ code: 'not-found' });
    const once = await acknowledge(onCall);
    expect(once.acknowledgedAt).not.toBeNull();
    ward.advance(60_000);
    expect(await acknowledge(onCall)).toEqual(once);
    const { pages } = await world.request(testPages, admin, {});
    expect(pages[0]).toEqual(once);
  });

  it('is refused for the panel of another organisation and in a gap of the rota', async () => {
    const { world, panelId } = ward;
    const foreign = await world.member({ roles: ['organisation-admin'] });
    await expect(world.request(sendTestPage, foreign, { panelId })).rejects.toMatchObject({
      code: 'not-found',
    });
    const rota = { panelId, timeZone: 'Europe/London', shifts: [] };
    await expect(world.request(setRota, foreign, rota, 'gateway')).rejects.toMatchObject({
      code: 'not-found',
    });
    await world.request(setRota, admin, rota, 'gateway');
    await expect(world.request(sendTestPage, admin, { panelId })).rejects.toMatchObject({ code: 'conflict' });
    expect((await world.request(testPages, foreign, {})).pages).toEqual([]);
  });
});
