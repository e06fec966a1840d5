import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { whoIsOnCall } from '@definitivedx/contracts';
import { hour, House, minute, type Panel } from './handing-over.js';

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.world.stop());

const onCall = async ({ panelId, day }: Panel): Promise<[string | null, string | null] | undefined> => {
  const reply = await house.world.request(whoIsOnCall, await day.caller(), { panelIds: [panelId] });
  const answer = reply.onCall[0];
  return answer && [answer.memberId, answer.until];
};

describe('taking over a running shift', () => {
  it('puts the caller on call until the shift would have ended, and hands the cases over at once', async () => {
    const panel = await house.panel();
    const caseId = await house.share(panel);
    const commandId = randomUUID();
    const reply = await house.takeOver(panel, panel.lead, commandId);
    expect(reply).toEqual({ from: '2026-06-01T11:00:00.000Z', until: '2026-06-01T19:00:00.000Z' });
    expect(await onCall(panel)).toEqual([panel.lead.memberId, reply.until]);
    await house.settled(panel.panelId);
    expect(await house.made(panel)).toEqual([
      { from: panel.day.memberId, to: panel.lead.memberId, closed: false },
    ]);
    expect(await house.told(panel.lead)).toEqual([['hand-over-waiting', caseId]]);

    house.world.clock.advance(minute);
    expect(await house.takeOver(panel, panel.lead, commandId)).toEqual(reply);
    const overrides = await house.sql('select 1 from rota_override where panel_id = $1', [panel.panelId]);
    expect(overrides).toHaveLength(1);

    await house.accept(panel.lead, caseId);
    await house.until(panel.lead, (all) => all.length === 0, 'a complete hand-over');
    await house.to('2026-06-01T19:00:00Z');
    expect((await house.made(panel)).at(-1)).toEqual({
      from: panel.lead.memberId,
      to: panel.night.memberId,
      closed: false,
    });
  });

  it('is undone by a later override', async () => {
    const panel = await house.panel();
    const [accepted, waiting] = [await house.share(panel), await house.share(panel)];
    const before = (await onCall(panel))?.[0] === panel.day.memberId ? panel.day : panel.night;
    await house.takeOver(panel, panel.lead);
    await house.settled(panel.panelId);
    await house.accept(panel.lead, accepted);
    await house.until(panel.lead, ([h]) => h?.items.some((i) => i.acceptedAt) === true, 'one accepted');
    await house.override(panel.panelId, before, hour);
    expect((await onCall(panel))?.[0]).toBe(before.memberId);
    expect(await house.made(panel)).toEqual([
      { from: before.memberId, to: panel.lead.memberId, closed: true },
      { from: panel.lead.memberId, to: before.memberId, closed: false },
    ]);
    // What was accepted comes back; what was not never left.
    const [back, ...others] = await house.handOvers(before);
    expect(others).toEqual([]);
    expect(back?.items.map((item) => item.caseId)).toEqual([accepted]);
    await house.advance(31 * minute, panel.panelId);
    expect((await house.told(before)).filter(([, caseId]) => caseId === waiting)).toEqual([
      ['hand-over-leaving', waiting],
    ]);
  });

  it('is for specialists of the panel who are not on call already', async () => {
    const panel = await house.panel();
    const stranger = await house.specialist();
    await expect(house.takeOver(panel, stranger)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(house.takeOver({ ...panel, panelId: randomUUID() }, panel.lead)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(house.takeOver(panel, house.gp)).rejects.toMatchObject({ code: 'forbidden' });
    await house.takeOver(panel, panel.lead);
    await expect(house.takeOver(panel, panel.lead)).rejects.toMatchObject({ code: 'conflict' });
  });
});
