import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import {
  defaultPanelTerms,
  panelsByIds,
  registerOrganisation,
  registerPanel,
  type InputOf,
  type PanelTerms,
  type ReplyOf,
} from '@definitivedx/contracts';
import { AccessWorld } from './access-world.js';

let access: AccessWorld;
let trust: { organisationId: string; odsCode: string };
let lead: MemberCaller;

beforeAll(async () => {
  access = await AccessWorld.start();
  trust = await access.organisation('trust');
  lead = await access.member(trust, ['specialist']);
});
afterAll(() => access.stop());

const weekend: PanelTerms = {
  timeZone: 'Europe/London',
  hours: [
    { weekday: 6, start: '08:00', end: '12:00' },
    { weekday: 6, start: '12:00', end: '24:00' },
  ],
  routineWorkingDays: 5,
  urgentPanelHours: 1,
};

async function register(name: string, rest: Partial<InputOf<typeof registerPanel>> = {}): Promise<string> {
  const input: InputOf<typeof registerPanel> = {
    odsCode: trust.odsCode,
    name,
    specialty: 'Paediatrics',
    phone: '020 7946 0000',
    leadMemberId: lead.memberId,
    memberIds: [lead.memberId],
    ...rest,
  };
  return (await access.operator<ReplyOf<typeof registerPanel>>(registerPanel, input)).panelId;
}

const panels = async (...panelIds: string[]) =>
  (await access.world.request(panelsByIds, await access.world.as('cases'), { panelIds })).panels;

describe('the terms of a panel', () => {
  it('are the usual ones until others are given, and stay when it is registered again without any', async () => {
    const panelId = await register('Usual');
    expect(await panels(panelId)).toEqual([
      {
        panelId,
        name: 'Usual',
        organisationId: trust.organisationId,
        leadMemberId: lead.memberId,
        phone: '020 7946 0000',
        calendar: 'england-and-wales',
        terms: defaultPanelTerms,
      },
    ]);
    await register('Usual', { terms: weekend });
    await register('Usual', { phone: '020 7946 0001' });
    expect(await panels(panelId)).toMatchObject([{ phone: '020 7946 0001', terms: weekend }]);
  });

  it.each([
    ['hours that end before they start', 'terms.hours.0.end', [{ weekday: 1, start: '17:00', end: '09:00' }]],
    ['hours of no length', 'terms.hours.0.end', [{ weekday: 1, start: '09:00', end: '09:00' }]],
    [
      'hours that overlap on one day',
      'terms.hours.2',
      [
        { weekday: 1, start: '09:00', end: '12:00' },
        { weekday: 2, start: '09:00', end: '12:00' },
        { weekday: 1, start: '11:59', end: '13:00' },
      ],
    ],
  ])('cannot have %s', async (_what, path, hours) => {
    const refused = register(`Refused ${v7()}`, { terms: { ...weekend, hours } });
    await expect(refused).rejects.toMatchObject({ code: 'invalid-input', issues: [{ path }] });
  });

  it('name a time zone that has daylight saving', async () => {
    for (const timeZone of ['Europe/Nowhere', '+01:00', '']) {
      const refused = register(`Refused ${v7()}`, { terms: { ...weekend, timeZone } });
      await expect(refused).rejects.toMatchObject({
        code: 'invalid-input',
        issues: [{ path: 'terms.timeZone' }],
      });
    }
  });

  it("keep the bank holidays of the panel's organisation, which stay when it is registered again without any", async () => {
    const panelId = await register('Holidays');
    const organisation = { odsCode: trust.odsCode, name: 'The Trust', kind: 'trust' } as const;
    await access.operator(registerOrganisation, { ...organisation, calendar: 'scotland' });
    expect(await panels(panelId)).toMatchObject([{ calendar: 'scotland' }]);
    await access.operator(registerOrganisation, organisation);
    expect(await panels(panelId)).toMatchObject([{ calendar: 'scotland' }]);
  });
});

describe('panels asked for by id', () => {
  it('leave out the closed and the unknown, for services and members alike', async () => {
    const [open, closed] = [await register('Open'), await register('Closed')];
    await access.sql(`update panel set status = 'closed' where id = $1`, [closed]);
    expect(await panels(open, closed, v7())).toMatchObject([{ panelId: open }]);
    const asMember = await access.world.request(panelsByIds, lead, {
      panelIds: [open.toUpperCase(), closed],
    });
    expect(asMember.panels).toMatchObject([{ panelId: open }]);
  });
});
