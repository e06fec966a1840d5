import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  acceptHandOver,
  caseActed,
  caseAudience,
  caseEnded,
  casesToHandOver,
  responsibilityMoved,
  revokeShare,
  shareFurther,
  type ReplyOf,
} from '@definitivedx/contracts';
import fc from 'fast-check';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;
let incoming: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  incoming = await clinic.specialist();
  panel = await panelOf(incoming);
});
afterAll(() => clinic.world.stop());

/** A panel with a doctor on call and these besides. */
async function panelOf(...others: Person[]): Promise<Panel> {
  const [onCall, lead] = [await clinic.specialist(), await clinic.specialist()];
  return clinic.panel({ onCall, lead, members: [onCall, lead, ...others] });
}
const share = async (of = panel): Promise<string> =>
  (await clinic.share(gp, clinic.caseFor([toPanel(of)]))).caseId;
const accept = async (
  by: Person,
  caseId: string,
  commandId: string = randomUUID(),
): Promise<ReplyOf<typeof acceptHandOver>> =>
  clinic.world.request(acceptHandOver, await by.caller(), { commandId, caseId });
const waiting = async (of: Panel, member: Person): Promise<string[]> => {
  const asked = { panelId: of.panelId, memberId: member.memberId };
  return (await clinic.world.request(casesToHandOver, await clinic.world.as('notify'), asked)).caseIds;
};
const history = (caseId: string): Promise<{ member_id: string; reason: string }[]> =>
  clinic.rows('select member_id, reason from responsibility where case_id = $1 order by id', [caseId]);

describe('accepting a hand-over', () => {
  it('makes the doctor who is on call now responsible, from the instant the former one no longer is', async () => {
    const own = await panelOf(incoming);
    const [caseId, other] = [await share(own), await share(own)];
    expect(await waiting(own, own.onCall)).toEqual([caseId, other]);

    await clinic.putOnCall(own.panelId, incoming);
    clinic.world.clock.advance(60_000);
    const commandId = randomUUID();
    const reply = await accept(incoming, caseId, commandId);
    const since = clinic.world.clock.now().toISOString();
    expect(reply).toEqual({ responsibleId: incoming.memberId, since, version: 2 });
    expect(await clinic.read(gp, caseId)).toMatchObject({ responsibleId: incoming.memberId, version: 2 });
    expect(await history(caseId)).toEqual([
      { member_id: own.onCall.memberId, reason: 'on-call' },
      { member_id: incoming.memberId, reason: 'hand-over' },
    ]);
    expect(await clinic.events(responsibilityMoved, caseId)).toEqual([
      {
        caseId,
        fromMemberId: own.onCall.memberId,
        toMemberId: incoming.memberId,
        reason: 'hand-over',
        at: since,
      },
    ]);
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.hand-over' });
    expect(await waiting(own, own.onCall)).toEqual([other]);
    expect(await waiting(own, incoming)).toEqual([caseId]);

    // Repeated with the same command or another: nothing changes.
    clinic.world.clock.advance(60_000);
    expect(await accept(incoming, caseId, commandId)).toEqual(reply);
    expect(await accept(incoming, caseId)).toEqual(reply);
    expect(await clinic.events(responsibilityMoved, caseId)).toHaveLength(1);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it("may be done by the panel's lead, who takes the case over", async () => {
    const caseId = await share();
    expect(await accept(panel.lead, caseId)).toMatchObject({ responsibleId: panel.lead.memberId });
    expect(await clinic.events(responsibilityMoved, caseId)).toEqual([
      expect.objectContaining({ reason: 'take-over' }),
    ]);
  });

  it('is refused to everybody else', async () => {
    const invited = await clinic.specialist();
    const stranger = await clinic.specialist();
    const caseId = await share();
    const more = { commandId: randomUUID(), caseId, audience: [toMember(invited)] };
    await clinic.world.request(shareFurther, await gp.caller(), more);

    for (const other of [incoming, invited]) {
      const refused = await refusal(accept(other, caseId));
      expect(refused).toMatchObject({ code: 'forbidden', message: expect.stringContaining('on call') });
    }
    expect(await refusal(accept(gp, caseId))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(accept(stranger, caseId))).toEqual(await refusal(accept(stranger, randomUUID())));
    expect(await refusal(accept(stranger, caseId))).toMatchObject({ code: 'not-found' });
    expect(await history(caseId)).toHaveLength(1);
    const asked = { panelId: panel.panelId, memberId: panel.onCall.memberId };
    const nosy = clinic.world.request(casesToHandOver, await panel.lead.caller(), asked);
    expect(await refusal(nosy)).toMatchObject({ code: 'forbidden' });
  });

  it('is refused to the doctor whose question it is, even when they are on call', async () => {
    const asking = await clinic.specialist();
    const own = await panelOf(asking);
    const { caseId } = await clinic.share(asking, clinic.caseFor([toPanel(own)]));
    await clinic.putOnCall(own.panelId, asking);
    expect(await refusal(accept(asking, caseId))).toMatchObject({ code: 'forbidden' });
  });

  it('is refused for a case that has ended', async () => {
    const caseId = await share();
    const { grants } = await clinic.world.request(caseAudience, await gp.caller(), { caseId });
    const more = { commandId: randomUUID(), caseId, audience: [toMember(await clinic.gp())] };
    await clinic.world.request(shareFurther, await gp.caller(), more);
    const ending = { commandId: randomUUID(), caseId, grantId: grants[0]!.grantId };
    await clinic.world.request(revokeShare, await gp.caller(), ending);
    expect(await clinic.read(gp, caseId)).toMatchObject({
      status: 'cancelled',
      clock: 'stopped',
      answerBy: null,
      leadPanelId: null,
    });
    expect(await clinic.events(caseEnded, caseId)).toEqual([
      expect.objectContaining({ status: 'cancelled', survey: null }),
    ]);
    expect(await refusal(accept(panel.lead, caseId))).toMatchObject({ code: 'not-found' });
  });

  it('goes to the next panel when the one that led may no longer see the case', async () => {
    const second = await panelOf();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel), toPanel(second)]));
    const { grants } = await clinic.world.request(caseAudience, await gp.caller(), { caseId });
    expect(await refusal(accept(second.lead, caseId))).toMatchObject({ code: 'forbidden' });
    const ending = { commandId: randomUUID(), caseId, grantId: grants[0]!.grantId };
    await clinic.world.request(revokeShare, await gp.caller(), ending);
    expect(await clinic.read(gp, caseId)).toMatchObject({ leadPanelId: second.panelId });
    expect(await accept(second.lead, caseId)).toMatchObject({ responsibleId: second.lead.memberId });
  });

  it('is there for a case of people alone once a panel is asked in', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toMember(incoming)]));
    const more = { commandId: randomUUID(), caseId, audience: [toPanel(panel)] };
    await clinic.world.request(shareFurther, await gp.caller(), more);
    expect(await accept(panel.onCall, caseId)).toMatchObject({ responsibleId: panel.onCall.memberId });
  });
});

describe('the history of responsibility', () => {
  it('has no gap and no overlap, whoever accepts, in whatever order and all at once', async () => {
    const own = await panelOf(incoming);
    const doctors = [own.onCall, own.lead, incoming];
    const turns = fc.array(
      fc.record({
        onCall: fc.nat(2),
        accepting: fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }),
        minutes: fc.integer({ min: -1, max: 3 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    const property = fc.asyncProperty(turns, async (rounds) => {
      const caseId = await share(own);
      for (const { onCall, accepting, minutes } of rounds) {
        await clinic.putOnCall(own.panelId, doctors[onCall]);
        // Clocks of replicas differ a little: a later hand-over may seem to be an earlier one.
        clinic.world.clock.advance(minutes * 60_000);
        const done = await Promise.allSettled(accepting.map((which) => accept(doctors[which]!, caseId)));
        for (const result of done) {
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'forbidden' });
        }
        expect(await clinic.wronglyAnswered()).toEqual([]);
      }
      const { responsibleId } = await clinic.read(gp, caseId);
      const moved = await clinic.events(responsibilityMoved, caseId);
      expect((await history(caseId)).map(({ member_id }) => member_id)).toEqual([
        ...moved.map(({ fromMemberId }) => fromMemberId),
        responsibleId,
      ]);
    });
    await fc.assert(property, { numRuns: 15 });
  });
});
