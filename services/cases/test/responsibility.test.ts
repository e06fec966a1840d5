import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  acceptHandOver,
  acknowledgeResponsibility,
  caseActed,
  handBack,
  handTo,
  responsibilityGiven,
  responsibilityHistory,
  responsibilityUnacknowledged,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;
let colleague: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  colleague = await clinic.specialist();
  const [onCall, lead] = [await clinic.specialist(), await clinic.specialist()];
  panel = await clinic.panel({ onCall, lead, members: [onCall, lead, colleague] });
});
afterAll(() => clinic.world.stop());

const share = async (priority: 'routine' | 'urgent' = 'routine'): Promise<string> =>
  (await clinic.share(gp, clinic.caseFor([toPanel(panel)], { priority }))).caseId;
const back = async (
  by: Person,
  caseId: string,
  rest: Partial<InputOf<typeof handBack>> = {},
): Promise<ReplyOf<typeof handBack>> =>
  clinic.world.request(handBack, await by.caller(), { commandId: randomUUID(), caseId, ...rest });
const hand = async (
  by: Person,
  caseId: string,
  to: Person,
  rest: Partial<InputOf<typeof handTo>> = {},
): Promise<ReplyOf<typeof handTo>> =>
  clinic.world.request(handTo, await by.caller(), {
    commandId: randomUUID(),
    caseId,
    memberId: to.memberId,
    note: 'The zebra needs a second look.',
    ...rest,
  });
const acknowledge = async (by: Person, caseId: string): Promise<ReplyOf<typeof acknowledgeResponsibility>> =>
  clinic.world.request(acknowledgeResponsibility, await by.caller(), { commandId: randomUUID(), caseId });
const history = async (
  by: Person,
  caseId: string,
): Promise<ReplyOf<typeof responsibilityHistory>['history']> =>
  (await clinic.world.request(responsibilityHistory, await by.caller(), { caseId })).history;

describe('whose share ended after access had allowed it', () => {
  it('hands nothing over and nothing back', async () => {
    const caseId = await share();
    // Stands for a revoke that was answered between the word of access and the reading of the version.
    await clinic.rows(`delete from audience where case_id = $1 and kind = 'panel'`, [caseId]);
    expect(await refusal(hand(panel.onCall, caseId, colleague))).toMatchObject({ code: 'not-found' });
    expect(await refusal(back(panel.onCall, caseId))).toMatchObject({ code: 'not-found' });
    expect(await history(gp, caseId)).toHaveLength(1);
  });
});

describe('handing a case over by name', () => {
  it('makes the colleague responsible at once, with a note, and keeps who gave it and why', async () => {
    const caseId = await share();
    clinic.world.clock.advance(60_000);
    const commandId = randomUUID();
    const reply = await hand(panel.onCall, caseId, colleague, { commandId });
    expect(reply).toMatchObject({ responsibleId: colleague.memberId, version: 2 });
    expect(await hand(panel.onCall, caseId, colleague, { commandId })).toEqual(reply);

    // The note is exported as theirs who wrote it.
    const noted = expect.objectContaining({ note: 'The zebra needs a second look.' });
    expect(await clinic.exported(panel.onCall, 'handedOver', caseId)).toEqual([noted]);
    const [taken] = await clinic.exported(colleague, 'responsibilities', caseId);
    expect(taken).toMatchObject({ reason: 'handed-to', givenBy: panel.onCall.memberId });
    expect(JSON.stringify(taken)).not.toContain('zebra');

    const held = await history(gp, caseId);
    expect(held).toEqual([
      expect.objectContaining({ memberId: panel.onCall.memberId, reason: 'on-call', until: reply.since }),
      {
        memberId: colleague.memberId,
        reason: 'handed-to',
        from: reply.since,
        until: null,
        givenBy: panel.onCall.memberId,
        note: 'The zebra needs a second look.',
        acknowledgedAt: null,
      },
    ]);
    expect(await clinic.events(responsibilityGiven, caseId)).toEqual([
      expect.objectContaining({ toMemberId: colleague.memberId, givenBy: panel.onCall.memberId }),
    ]);
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.hand-over' });
    const said = `select 1 from outbox where payload::text like '%zebra%'
      union all select 1 from timeline where detail::text like '%zebra%'
      union all select 1 from command where reply::text like '%zebra%'`;
    expect(await clinic.rows(said)).toEqual([]);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('may be done by the panel lead, and by nobody else', async () => {
    const caseId = await share();
    expect(await refusal(hand(colleague, caseId, colleague))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(hand(gp, caseId, colleague))).toMatchObject({ code: 'forbidden' });
    expect(await hand(panel.lead, caseId, colleague)).toMatchObject({ responsibleId: colleague.memberId });
    const stranger = await clinic.specialist();
    expect(await refusal(hand(stranger, caseId, colleague))).toEqual(
      await refusal(hand(stranger, randomUUID(), colleague)),
    );
  });

  it('is refused, naming the field, for whoever is no other specialist of the panel', async () => {
    const caseId = await share();
    const invited = await clinic.specialist();
    for (const other of [invited, gp, await clinic.administrator()]) {
      expect(await refusal(hand(panel.onCall, caseId, other))).toMatchObject({
        code: 'invalid-input',
        issues: [{ path: 'memberId' }],
      });
    }
    expect(await refusal(hand(panel.onCall, caseId, panel.onCall))).toMatchObject({ code: 'conflict' });
    const alone = await clinic.share(gp, clinic.caseFor([toMember(panel.onCall)]));
    expect(await refusal(hand(panel.onCall, alone.caseId, colleague))).toMatchObject({ code: 'conflict' });
    for (const note of ['', '   ', 'x'.repeat(2_001)]) {
      const refused = await refusal(hand(panel.onCall, caseId, colleague, { note }));
      expect(refused).toMatchObject({ code: 'invalid-input', issues: [{ path: 'note' }] });
    }
    expect(await history(gp, caseId)).toHaveLength(1);
  });
});

describe('handing a case back', () => {
  it('gives it to the doctor on call, or to the lead', async () => {
    const caseId = await share();
    await hand(panel.onCall, caseId, colleague);
    expect(await back(colleague, caseId)).toMatchObject({ responsibleId: panel.onCall.memberId });
    // Who is on call cannot give it back to themself.
    expect(await back(panel.onCall, caseId)).toMatchObject({ responsibleId: panel.lead.memberId });
    expect((await history(gp, caseId)).map(({ reason }) => reason)).toEqual([
      'on-call',
      'handed-to',
      'hand-back',
      'hand-back',
    ]);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('is refused to everybody else, and when there is nobody to take it', async () => {
    const caseId = await share();
    expect(await refusal(back(panel.lead, caseId))).toMatchObject({ code: 'forbidden' });
    const lead = await clinic.specialist();
    const own = await clinic.panel({ onCall: lead, lead, members: [lead] });
    const alone = await clinic.share(gp, clinic.caseFor([toPanel(own)]));
    expect(await refusal(back(lead, alone.caseId))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('by name'),
    });
  });
});

describe('acknowledging', () => {
  it('is by the responsible specialist alone, once, and by writing in the case', async () => {
    const caseId = await share();
    expect(await clinic.read(gp, caseId)).toMatchObject({ acknowledged: false });
    expect(await refusal(acknowledge(panel.lead, caseId))).toMatchObject({ code: 'forbidden' });
    // Reading is no acknowledgement.
    await clinic.read(panel.onCall, caseId);
    expect(await clinic.timers(caseId)).toContain('unacknowledged');
    const reply = await acknowledge(panel.onCall, caseId);
    clinic.world.clock.advance(60_000);
    expect(await acknowledge(panel.onCall, caseId)).toEqual(reply);
    expect(await clinic.read(gp, caseId)).toMatchObject({ acknowledged: true });
    expect(await clinic.timers(caseId)).not.toContain('unacknowledged');

    const other = await share();
    await clinic.post(panel.onCall, other, 'note');
    expect(await clinic.read(gp, other)).toMatchObject({ acknowledged: true });
    const taken = await share();
    const accepting = { commandId: randomUUID(), caseId: taken };
    await clinic.world.request(acceptHandOver, await panel.lead.caller(), accepting);
    expect(await clinic.read(gp, taken)).toMatchObject({ acknowledged: true });
    expect(await clinic.timers(taken)).not.toContain('unacknowledged');
  });

  it('is asked for again and again until it comes, and no longer', async () => {
    const caseId = await share('urgent');
    const reminders = async (): Promise<number[]> =>
      (await clinic.events(responsibilityUnacknowledged, caseId)).map(({ reminder }) => reminder);
    expect(await reminders()).toEqual([]);
    for (const count of [1, 2, 3]) {
      clinic.world.clock.advance(30 * 60_000);
      await until(async () => (await reminders()).length === count, `reminder ${String(count)}`);
    }
    expect(await reminders()).toEqual([1, 2, 3]);
    await acknowledge(panel.onCall, caseId);
    clinic.world.clock.advance(24 * 3_600_000);
    const later = await share('urgent');
    clinic.world.clock.advance(30 * 60_000);
    // Another case's reminder shows that the timers were looked at.
    await until(
      async () => (await clinic.events(responsibilityUnacknowledged, later)).length > 0,
      'the other reminder',
    );
    expect(await reminders()).toEqual([1, 2, 3]);
  });
});

describe('the history of responsibility', () => {
  it('is read page by page by those who may see the case, and by nobody else', async () => {
    const caseId = await share();
    await hand(panel.onCall, caseId, colleague);
    await back(colleague, caseId);
    const pages: string[] = [];
    let cursor: string | null = null;
    do {
      const input: { caseId: string; limit: number; cursor?: string } = { caseId, limit: 2 };
      if (cursor) input.cursor = cursor;
      const page = await clinic.world.request(responsibilityHistory, await gp.caller(), input);
      pages.push(page.history.map(({ reason }) => reason).join());
      cursor = page.nextCursor;
    } while (cursor);
    expect(pages).toEqual(['on-call,handed-to', 'hand-back']);
    const stranger = await clinic.gp();
    expect(await refusal(history(stranger, caseId))).toEqual(await refusal(history(stranger, randomUUID())));
    const forged = { caseId, cursor: 'xyz' };
    expect(
      await refusal(clinic.world.request(responsibilityHistory, await gp.caller(), forged)),
    ).toMatchObject({ code: 'invalid-input', issues: [{ path: 'cursor' }] });
  });
});
