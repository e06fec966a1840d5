import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { setOverride, setRota, whoIsOnCall, type InputOf } from '@definitivedx/contracts';
import { startWorld, type World } from '@definitivedx/testing';
import { appModule } from '../src/app.module.js';
import { databaseOptions } from '../src/data/database.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const mail = {
    smtpUrl: 'smtp://127.0.0.1:9',
    from: 'no-reply@demo.invalid',
    publicUrl: world.publicUrl,
    operations: 'o@demo.invalid',
  };
  await world.service('notify', appModule, databaseOptions, { config: { mail, handOverAcceptMinutes: 30 } });
});
afterAll(() => world.stop());

const [weekday, relief] = [uuidv7(), uuidv7()];

async function rota(panelId: string, ...shifts: InputOf<typeof setRota>['shifts']) {
  return world.request(setRota, await world.as('operator'), { panelId, timeZone: 'Europe/London', shifts });
}

async function override(input: Omit<InputOf<typeof setOverride>, 'overrideId'>, overrideId = uuidv7()) {
  return world.request(setOverride, await world.as('operator'), { overrideId, ...input });
}

async function onCall(panelId: string, at?: string) {
  const input = at === undefined ? { panelIds: [panelId] } : { panelIds: [panelId], at };
  const reply = await world.request(whoIsOnCall, await world.member(), input);
  return [reply.onCall[0]?.memberId, reply.onCall[0]?.until];
}

describe('who is on call', () => {
  it('is by the rota, by the overrides, and by the rota again', async () => {
    const panelId = uuidv7();
    await rota(panelId, { weekday: 1, start: '09:00', end: '17:00', memberId: weekday });
    await override({
      panelId,
      memberId: relief,
      from: '2026-11-23T10:00:00Z',
      until: '2026-11-23T12:00:00Z',
    });
    expect(await onCall(panelId, '2026-11-23T08:00:00Z')).toEqual([null, '2026-11-23T09:00:00.000Z']);
    expect(await onCall(panelId, '2026-11-23T09:30:00Z')).toEqual([weekday, '2026-11-23T10:00:00.000Z']);
    expect(await onCall(panelId, '2026-11-23T10:00:00Z')).toEqual([relief, '2026-11-23T12:00:00.000Z']);
    expect(await onCall(panelId, '2026-11-23T12:00:00Z')).toEqual([weekday, '2026-11-23T17:00:00.000Z']);
  });

  it('is asked of the present when no moment is named', async () => {
    const panelId = uuidv7();
    await rota(panelId, { weekday: 1, start: '09:00', end: '17:00', memberId: weekday });
    world.clock.set('2026-11-23T16:59:00Z');
    expect(await onCall(panelId)).toEqual([weekday, '2026-11-23T17:00:00.000Z']);
    world.clock.advance(60_000);
    expect(await onCall(panelId)).toEqual([null, '2026-11-30T09:00:00.000Z']);
  });

  it('follows the latest override set, also when an earlier one is changed', async () => {
    const panelId = uuidv7();
    const [first, second] = [uuidv7(), uuidv7()];
    const hours = { panelId, from: '2026-11-23T10:00:00Z', until: '2026-11-23T12:00:00Z' };
    await override({ ...hours, memberId: weekday }, first);
    await override({ ...hours, memberId: relief }, second);
    await override({ ...hours, memberId: weekday }, first);
    expect((await onCall(panelId, '2026-11-23T11:00:00Z'))[0]).toBe(relief);
    await override({ ...hours, until: '2026-11-23T11:30:00Z', memberId: weekday }, first);
    expect(await onCall(panelId, '2026-11-23T11:00:00Z')).toEqual([weekday, '2026-11-23T11:30:00.000Z']);
  });

  it('is nobody for a panel without a rota', async () => {
    expect(await onCall(uuidv7())).toEqual([null, null]);
  });

  it('replaces a rota as a whole', async () => {
    const panelId = uuidv7();
    await rota(panelId, { weekday: 1, start: '09:00', end: '17:00', memberId: weekday });
    expect(await rota(panelId, { weekday: 2, start: '09:00', end: '17:00', memberId: relief })).toEqual({
      shifts: 1,
    });
    expect(await onCall(panelId, '2026-11-23T10:00:00Z')).toEqual([null, '2026-11-24T09:00:00.000Z']);
    expect(await onCall(panelId, '2026-11-24T10:00:00Z')).toEqual([relief, '2026-11-24T17:00:00.000Z']);
  });
});

describe('what cannot stand', () => {
  it('overlapping shifts are refused by name and the rota stays', async () => {
    const panelId = uuidv7();
    await rota(panelId, { weekday: 1, start: '09:00', end: '17:00', memberId: weekday });
    const overlapping = rota(
      panelId,
      { weekday: 7, start: '20:00', end: '08:00', memberId: relief },
      { weekday: 1, start: '07:00', end: '09:00', memberId: weekday },
    );
    await expect(overlapping).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'shifts.1', message: expect.stringContaining('overlaps Sunday 20:00-08:00') }],
    });
    expect((await onCall(panelId, '2026-11-23T10:00:00Z'))[0]).toBe(weekday);
  });

  it('an override that ends before it begins', async () => {
    const backwards = {
      panelId: uuidv7(),
      memberId: relief,
      from: '2026-11-23T12:00:00Z',
      until: '2026-11-23T12:00:00Z',
    };
    await expect(override(backwards)).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'until' }],
    });
  });

  it("an override id that is another panel's", async () => {
    const overrideId = uuidv7();
    const hours = { memberId: relief, from: '2026-11-23T10:00:00Z', until: '2026-11-23T12:00:00Z' };
    await override({ ...hours, panelId: uuidv7() }, overrideId);
    await expect(override({ ...hours, panelId: uuidv7() }, overrideId)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('a rota set by a member', async () => {
    const setting = world.request(setRota, await world.member(), {
      panelId: uuidv7(),
      timeZone: 'Europe/London',
      shifts: [],
    });
    await expect(setting).rejects.toMatchObject({ code: 'forbidden' });
  });
});
