import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPost, caseAudience, closeCase, revokeShare } from '@definitivedx/contracts';
import { randomUUID } from 'node:crypto';
import { changeShift } from '../src/commands/change-shift.js';
import type { TimerRow } from '../src/data/timers.js';
import { daily, hour, House, minute } from './handing-over.js';

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.world.stop());

const noon = '11:00:00Z';
let date = 0;
/** Each test has a day of its own and begins at its noon (London, summer time): the day doctor is on call. */
const begin = async (): Promise<string> => {
  date += 1;
  const day = `2026-06-${String(date).padStart(2, '0')}`;
  await house.to(`${day}T${noon}`);
  return day;
};

describe('a shift change', () => {
  it('makes the list once, with two replicas, and tells both doctors', async () => {
    const day = await begin();
    const panel = await house.panel();
    const cases = [await house.share(panel), await house.share(panel), await house.share(panel)];
    await house.to(`${day}T18:59:59Z`);
    expect(await house.made(panel)).toEqual([]);
    await house.to(`${day}T19:00:00Z`);

    expect(await house.made(panel)).toEqual([
      { from: panel.day.memberId, to: panel.night.memberId, closed: false },
    ]);
    const [handOver] = await house.handOvers(panel.night);
    expect(handOver).toMatchObject({
      panelId: panel.panelId,
      outgoingId: panel.day.memberId,
      incomingId: panel.night.memberId,
      at: `${day}T19:00:00.000Z`,
    });
    const items = cases.map((caseId) => ({ caseId, notedAt: null, acceptedAt: null, escalatedAt: null }));
    expect(handOver?.items).toHaveLength(3);
    expect(handOver?.items).toEqual(expect.arrayContaining(items));
    expect(await house.handOvers(panel.day)).toEqual([handOver]);
    expect(await house.handOvers(panel.lead)).toEqual([]);

    const entries = (kind: string): string[][] => cases.map((caseId) => [kind, caseId]).toSorted();
    expect((await house.told(panel.night)).toSorted()).toEqual(entries('hand-over-waiting'));
    expect((await house.told(panel.day)).toSorted()).toEqual(entries('hand-over-leaving'));
    expect(await house.mails(panel.night)).toEqual([
      '3 cases are handed over to you on DefinitiveDx. Please accept what you take on.',
    ]);
    expect(await house.mails(panel.day)).toEqual([]);
  });

  it('is made once though a lease ran out early and three have it in hand', async () => {
    const day = await begin();
    const panel = await house.panel();
    const caseId = await house.share(panel);
    const [timer] = await house.sql<TimerRow>(
      `select id, kind, panel_id as "panelId", due_at as "dueAt" from timer where panel_id = $1`,
      [panel.panelId],
    );
    house.world.clock.set(`${day}T19:00:00Z`);
    const { work } = house;
    await Promise.all([1, 2, 3].map(() => changeShift(work!, timer!)));
    expect(await house.made(panel)).toHaveLength(1);
    expect(await house.told(panel.night)).toEqual([['hand-over-waiting', caseId]]);
    expect(await house.mails(panel.night)).toHaveLength(1);
  });

  it('makes no list when the same doctor goes on, nor when there is nothing to hand over', async () => {
    const day = await begin();
    const alone = await house.panel(({ day: only }) => [
      ...daily('08:00', '20:00', only),
      ...daily('20:00', '08:00', only),
    ]);
    const idle = await house.panel();
    await house.share(alone);
    await house.to(`${day}T20:00:00Z`);
    expect(await house.made(alone)).toEqual([]);
    expect(await house.made(idle)).toEqual([]);
    expect(await house.mails(idle.night)).toEqual([]);
  });

  it('waits out a gap: the cases stay with the last doctor until the next one comes', async () => {
    const day = await begin();
    const panel = await house.panel(({ day: early, night: late }) => [
      ...daily('08:00', '17:00', early),
      ...daily('20:00', '22:00', late),
    ]);
    await house.share(panel);
    await house.to(`${day}T17:00:00Z`);
    expect(await house.made(panel)).toEqual([]);
    await house.to(`${day}T19:00:00Z`);
    expect(await house.made(panel)).toEqual([
      { from: panel.day.memberId, to: panel.night.memberId, closed: false },
    ]);
  });

  it('takes what was not accepted on to the next doctor, who alone is chased then', async () => {
    const day = await begin();
    const panel = await house.panel(({ day: first, night: second, lead }) => [
      ...daily('08:00', '13:00', first),
      ...daily('13:00', '14:00', second),
      ...daily('14:00', '08:00', lead),
    ]);
    const caseId = await house.share(panel);
    await house.to(`${day}T12:00:00Z`);
    await house.post(panel.day, caseId, 'note');
    await house.until(panel.night, ([h]) => typeof h?.items[0]?.notedAt === 'string', 'the note');
    await house.to(`${day}T12:30:00Z`);
    await house.to(`${day}T13:00:00Z`);
    expect(await house.made(panel)).toEqual([
      { from: panel.day.memberId, to: panel.night.memberId, closed: true },
      { from: panel.day.memberId, to: panel.lead.memberId, closed: false },
    ]);
    expect(await house.handOvers(panel.night)).toEqual([]);
    const [handOver] = await house.handOvers(panel.lead);
    // What was done for it in the first hand-over counts in the second.
    expect(handOver?.items[0]).toMatchObject({
      caseId,
      notedAt: expect.any(String),
      escalatedAt: expect.any(String),
    });
    const before = (await house.told(panel.night)).length;
    await house.advance(31 * minute);
    expect(await house.told(panel.night)).toHaveLength(before);
    await house.accept(panel.lead, caseId);
    await house.until(panel.lead, (all) => all.length === 0, 'a complete hand-over');
  });

  it('finds a case that names the doctor who left and came after the list', async () => {
    const day = await begin();
    const panel = await house.panel();
    const early = await house.share(panel);
    await house.to(`${day}T19:00:00Z`);
    // The share asked who is on call at the last moment of the shift, and is committed after it.
    house.world.clock.set(`${day}T18:59:59Z`);
    const late = await house.share(panel);
    await house.to(`${day}T19:03:00Z`);
    const handOvers = await house.handOvers(panel.night);
    expect(handOvers.map(({ items }) => items.map((item) => item.caseId))).toEqual([[early, late]]);
    expect(await house.told(panel.night)).toEqual([
      ['hand-over-waiting', early],
      ['hand-over-waiting', late],
    ]);
  });

  it('comes once in the night in which an hour comes twice', async () => {
    await house.to('2026-10-24T20:00:00Z');
    // Half past one comes at 00:30 and at 01:30 UTC.
    const panel = await house.panel(({ day, night }) => [
      ...daily('20:00', '01:30', day),
      ...daily('01:30', '08:00', night),
      ...daily('08:00', '20:00', night),
    ]);
    const caseId = await house.share(panel);
    await house.to('2026-10-25T00:29:59Z');
    expect(await house.made(panel)).toEqual([]);
    await house.to('2026-10-25T00:30:00Z');
    await house.accept(panel.night, caseId);
    await house.until(panel.night, (all) => all.length === 0, 'a complete hand-over');
    await house.to('2026-10-25T01:30:00Z');
    await house.to('2026-10-25T08:00:00Z');
    expect(await house.made(panel)).toHaveLength(1);
  });
});

describe('a hand-over', () => {
  beforeAll(() => {
    house.world.clock.set('2026-10-26T12:00:00Z');
    date = 26;
  });
  const next = async (): Promise<string> => {
    const day = `2026-10-${String((date += 1))}`;
    await house.to(`${day}T12:00:00Z`);
    return day;
  };

  it('that is accepted chases nobody', async () => {
    const day = await next();
    const panel = await house.panel();
    const [first, second] = [await house.share(panel), await house.share(panel)];
    await house.to(`${day}T20:00:00Z`);
    await house.accept(panel.night, first);
    await house.until(
      panel.night,
      ([h]) => h?.items.filter((i) => i.acceptedAt).length === 1,
      'one accepted',
    );
    await house.accept(panel.night, second);
    await house.until(panel.night, (all) => all.length === 0, 'a complete hand-over');
    expect(await house.handOvers(panel.day)).toEqual([]);
    await house.advance(2 * hour);
    expect((await house.told(panel.night)).map(([kind]) => kind)).toEqual([
      'hand-over-waiting',
      'hand-over-waiting',
    ]);
    expect(await house.told(panel.lead)).toEqual([]);
    expect(await house.mails(panel.lead)).toEqual([]);
  });

  it('that is not accepted goes to the lead after half an hour and again, until somebody accepts', async () => {
    const day = await next();
    const panel = await house.panel();
    const [first, second] = [await house.share(panel), await house.share(panel)];
    await house.to(`${day}T20:00:00Z`);
    await house.accept(panel.night, first);
    await house.until(
      panel.night,
      ([h]) => h?.items.filter((i) => i.acceptedAt).length === 1,
      'one accepted',
    );
    await house.to(`${day}T20:29:00Z`);
    expect(await house.told(panel.lead)).toEqual([]);

    await house.to(`${day}T20:30:00Z`);
    const overdue = ['hand-over-overdue', second];
    expect(await house.told(panel.lead)).toEqual([overdue]);
    expect((await house.told(panel.night)).slice(2)).toEqual([overdue]);
    const text =
      '1 case has been handed over on DefinitiveDx and not been accepted. Reminders end when a doctor accepts.';
    expect(await house.mails(panel.lead)).toEqual([text]);
    const [escalated] = await house.handOvers(panel.lead);
    expect(escalated?.items.find((item) => item.caseId === second)?.escalatedAt).toBe(`${day}T20:30:00.000Z`);
    expect(escalated?.items.find((item) => item.caseId === first)?.escalatedAt).toBeNull();

    await house.to(`${day}T21:00:00Z`);
    expect(await house.told(panel.lead)).toEqual([overdue, overdue]);
    expect(await house.mails(panel.lead)).toEqual([text, text]);
    expect((await house.handOvers(panel.lead))[0]?.items).toEqual(escalated?.items);

    await house.accept(panel.lead, second);
    await house.until(panel.lead, (all) => all.length === 0, 'a complete hand-over');
    await house.to(`${day}T23:00:00Z`);
    expect(await house.told(panel.lead)).toEqual([overdue, overdue]);
    expect(await house.mails(panel.lead)).toEqual([text, text]);
  });

  it('shows for which cases the outgoing doctor has written a note', async () => {
    const day = await next();
    const panel = await house.panel();
    const [noted, other] = [await house.share(panel), await house.share(panel)];
    await house.to(`${day}T20:00:00Z`);
    await house.post(panel.night, other, 'note');
    await house.post(panel.day, other, 'question');
    await house.post(panel.day, noted, 'note');
    await house.until(panel.night, ([h]) => h?.items.some((item) => item.notedAt) === true, 'the note');
    const [handOver] = await house.handOvers(panel.night);
    expect(handOver?.items.filter((item) => item.notedAt).map((item) => item.caseId)).toEqual([noted]);
  });

  it('loses a case that is withdrawn or closed meanwhile, and is complete when it was the last', async () => {
    const day = await next();
    const panel = await house.panel();
    const [withdrawn, closed] = [await house.share(panel), await house.share(panel)];
    const adviser = { grade: 'consultant', professionalNumber: '7012345' } as const;
    const advice = { kind: 'advice', body: 'No referral.', recommendation: 'OTHER', adviser } as const;
    const { world } = house;
    await world.request(addPost, await panel.day.caller(), {
      commandId: randomUUID(),
      caseId: closed,
      ...advice,
    });
    await house.to(`${day}T20:00:00Z`);
    const gp = await house.gp.caller();
    const { grants } = await world.request(caseAudience, gp, { caseId: withdrawn });
    const grantId = grants[0]!.grantId;
    await world.request(revokeShare, gp, { commandId: randomUUID(), caseId: withdrawn, grantId });
    await house.until(panel.night, ([h]) => h?.items.length === 1, 'the withdrawn case gone');
    const survey = { outcome: 'confirmed-plan', referral: 'contemplated-avoided' } as const;
    await world.request(closeCase, gp, { commandId: randomUUID(), caseId: closed, survey });
    await house.until(panel.night, (all) => all.length === 0, 'a complete hand-over');
    await house.to(`${day}T21:00:00Z`);
    expect(await house.told(panel.lead)).toEqual([]);
    expect(await house.sql('select 1 from timer where panel_id = $1', [panel.panelId])).toHaveLength(1);
  });
});
