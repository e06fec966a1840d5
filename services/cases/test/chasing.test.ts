import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  adviceUnread,
  recordPhoneCall,
  withdrawPost,
  type DataOf,
  type Recommendation,
  type ReplyOf,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { adviceAcknowledged, adviceOpened } from '../src/commands/advice-course.js';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';
import { Discussing } from './discussing.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;

const hour = 3_600_000;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  panel = await clinic.panel();
});
afterAll(() => clinic.world.stop());

async function advised(
  recommendation: Recommendation,
  priority: 'routine' | 'urgent' = 'routine',
): Promise<{ caseId: string; postId: string }> {
  const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)], { priority }));
  const { postId } = await clinic.post(panel.onCall, caseId, 'advice', { recommendation });
  return { caseId, postId };
}
const chased = (caseId: string): Promise<DataOf<typeof adviceUnread>[]> =>
  clinic.events(adviceUnread, caseId);
const chasedTimes = async (caseId: string, times: number): Promise<void> => {
  await until(async () => (await chased(caseId)).length >= times, `reminder ${String(times)}`);
};
/** Moves the time, and waits until another case, which is due by then, shows that the timers were looked at. */
async function pass(ms: number): Promise<void> {
  const { caseId } = await advised('ATTEND_NOW');
  await chasedTimes(caseId, 1);
  clinic.world.clock.advance(ms);
  await chasedTimes(caseId, 2);
}
const call = async (
  by: Person,
  at: { caseId: string; postId: string },
  rest: object = {},
): Promise<ReplyOf<typeof recordPhoneCall>> =>
  clinic.world.request(recordPhoneCall, await by.caller(), {
    commandId: randomUUID(),
    ...at,
    reached: 'practice-staff',
    calledAt: clinic.world.clock.now().toISOString(),
    note: 'The zebra comes in today.',
    ...rest,
  });

describe('advice that nobody opens', () => {
  it('is chased after a day, and again after each', async () => {
    const { caseId, postId } = await advised('OTHER');
    await pass(23 * hour);
    expect(await chased(caseId)).toEqual([]);
    clinic.world.clock.advance(hour);
    await chasedTimes(caseId, 1);
    clinic.world.clock.advance(24 * hour);
    await chasedTimes(caseId, 2);
    expect(await chased(caseId)).toEqual([
      expect.objectContaining({
        postId,
        attendNow: false,
        reminder: 1,
        responsibleId: panel.onCall.memberId,
      }),
      expect.objectContaining({ reminder: 2 }),
    ]);
    expect((await clinic.timeline(gp, caseId)).filter(({ kind }) => kind === 'advice-unread')).toHaveLength(
      2,
    );
  });

  it('is chased after four hours when the case is urgent', async () => {
    const { caseId } = await advised('OTHER', 'urgent');
    clinic.world.clock.advance(4 * hour);
    await chasedTimes(caseId, 1);
  });

  it('is left alone once somebody has opened it', async () => {
    const { caseId, postId } = await advised('OTHER');
    const at = clinic.world.clock.now();
    await clinic.db.transaction(async (tx) => {
      await Promise.resolve();
      adviceOpened(tx, { caseId, postId, at, memberId: gp.memberId });
    });
    await pass(72 * hour);
    expect(await chased(caseId)).toEqual([]);
  });
});

describe('a child who is to attend now', () => {
  it('is told of at once, and every quarter of an hour, though somebody has opened it', async () => {
    const { caseId, postId } = await advised('ATTEND_NOW');
    await chasedTimes(caseId, 1);
    const at = clinic.world.clock.now();
    await clinic.db.transaction(async (tx) => {
      await Promise.resolve();
      adviceOpened(tx, { caseId, postId, at, memberId: gp.memberId });
    });
    await clinic.read(gp, caseId);
    for (const times of [2, 3]) {
      clinic.world.clock.advance(15 * 60_000);
      await chasedTimes(caseId, times);
    }
    expect((await chased(caseId)).map(({ attendNow, reminder }) => [attendNow, reminder])).toEqual([
      [true, 0],
      [true, 1],
      [true, 2],
    ]);
  });

  it("ends with a person's acknowledgement", async () => {
    const { caseId, postId } = await advised('ATTEND_NOW');
    await chasedTimes(caseId, 1);
    const at = clinic.world.clock.now();
    await clinic.db.transaction(async (tx) => {
      await Promise.resolve();
      adviceAcknowledged(tx, { caseId, postId, at, memberId: gp.memberId });
    });
    const before = (await chased(caseId)).length;
    await pass(hour);
    expect(await chased(caseId)).toHaveLength(before);
    expect(await clinic.timers(caseId)).not.toContain('attend-now');
  });

  it('ends with a recorded phone call, which keeps whom it reached and says nothing elsewhere', async () => {
    const at = await advised('ATTEND_NOW');
    await chasedTimes(at.caseId, 1);
    const commandId = randomUUID();
    const reply = await call(panel.onCall, at, { commandId });
    expect(
      await call(panel.onCall, at, { commandId, calledAt: clinic.world.clock.now().toISOString() }),
    ).toEqual(reply);
    const before = (await chased(at.caseId)).length;
    await pass(hour);
    expect(await chased(at.caseId)).toHaveLength(before);
    expect(
      await clinic.rows('select reached, member_id, note from phone_call where case_id = $1', [at.caseId]),
    ).toEqual([
      { reached: 'practice-staff', member_id: panel.onCall.memberId, note: 'The zebra comes in today.' },
    ]);
    expect((await clinic.timeline(gp, at.caseId)).at(-1)).toMatchObject({
      kind: 'phone-call',
      actorId: panel.onCall.memberId,
      subjectId: at.postId,
      detail: { reached: 'practice-staff' },
    });
    const said = `select 1 from outbox where payload::text like '%zebra%'
      union all select 1 from timeline where detail::text like '%zebra%'
      union all select 1 from command where reply::text like '%zebra%'`;
    expect(await clinic.rows(said)).toEqual([]);
  });

  it('has somebody phone also once the case has ended: who advised, else who is on call, else the lead', async () => {
    const [author, onCall, lead] = [
      await clinic.specialist(),
      await clinic.specialist(),
      await clinic.specialist(),
    ];
    const own = await clinic.panel({ onCall, lead, members: [author, onCall, lead] });
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(own)]));
    await clinic.post(author, caseId, 'advice', { recommendation: 'ATTEND_NOW' });
    await chasedTimes(caseId, 1);
    await new Discussing(clinic).close(gp, caseId);
    const phoned = async (times: number): Promise<string | null> => {
      clinic.world.clock.advance(15 * 60_000);
      await chasedTimes(caseId, times);
      return (await chased(caseId))[times - 1]!.responsibleId;
    };
    expect(await phoned(2)).toBe(author.memberId);
    await clinic.leave(await clinic.trustAdministrator(), author);
    expect(await phoned(3)).toBe(onCall.memberId);
    await clinic.putOnCall(own.panelId, undefined);
    expect(await phoned(4)).toBe(lead.memberId);
  });

  it('goes on though a lease ran out in the middle, as after a kill', async () => {
    const { caseId } = await advised('ATTEND_NOW');
    await chasedTimes(caseId, 1);
    // Stands for a replica that took the timer up and died: the lease is all that is left of it.
    const lease = `update timer set claimed_until = $2::timestamptz, due_at = $3::timestamptz where case_id = $1 and kind = 'attend-now'`;
    const now = clinic.world.clock.now();
    await clinic.rows(lease, [caseId, new Date(now.getTime() + 15_000), now]);
    clinic.world.clock.advance(15_000);
    await chasedTimes(caseId, 2);
  });
});

describe('advice that counts no more', () => {
  it('is chased as insistently in what superseded it, while nobody knew that the child was to attend now', async () => {
    const { caseId, postId: first } = await advised('ATTEND_NOW');
    await chasedTimes(caseId, 1);
    const { postId: second } = await clinic.post(panel.lead, caseId, 'advice', { supersedes: first });
    const { postId: third } = await clinic.post(panel.lead, caseId, 'advice', { supersedes: second });
    const chase = async (): Promise<string[]> =>
      (await clinic.timers(caseId)).filter((kind) => /advice|attend/.test(kind));
    expect(await chase()).toEqual(['attend-now']);
    for (const times of [2, 3]) {
      clinic.world.clock.advance(15 * 60_000);
      await chasedTimes(caseId, times);
    }
    expect((await chased(caseId)).map(({ postId, attendNow }) => [postId, attendNow])).toEqual([
      [first, true],
      [third, true],
      [third, true],
    ]);
    await new Discussing(clinic).acknowledge(gp, caseId, third);
    expect(await chase()).toEqual([]);
  });

  it('is not chased: what superseded it is, and what was withdrawn asks for nothing', async () => {
    const superseded = await advised('ATTEND_NOW');
    const { caseId } = superseded;
    await new Discussing(clinic).acknowledge(gp, caseId, superseded.postId);
    await clinic.post(panel.onCall, caseId, 'advice', { supersedes: superseded.postId });
    expect((await clinic.timers(caseId)).filter((kind) => /advice|attend/.test(kind))).toEqual([
      'advice-unread',
    ]);
    const withdrawn = await advised('ATTEND_NOW');
    await clinic.world.request(withdrawPost, await panel.onCall.caller(), {
      ...withdrawn,
      commandId: randomUUID(),
      reason: 'Of another child.',
    });
    expect((await clinic.timers(withdrawn.caseId)).filter((kind) => /advice|attend/.test(kind))).toEqual([]);
    expect(await clinic.read(gp, withdrawn.caseId)).toMatchObject({ status: 'awaiting-advice', plan: null });
  });
});

describe('recording a phone call', () => {
  it('is for specialists and the asking side, about advice of the case, at a time that can be right', async () => {
    const at = await advised('OTHER');
    const colleague = await clinic.gp();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel), toMember(colleague)]));
    const { postId } = await clinic.post(panel.onCall, caseId, 'advice');
    const { postId: question } = await clinic.post(gp, caseId, 'question');
    expect(await refusal(call(colleague, { caseId, postId }))).toMatchObject({ code: 'forbidden' });
    await call(gp, { caseId, postId }, { reached: 'requester', note: undefined });

    for (const other of [at.postId, question, randomUUID()]) {
      expect(await refusal(call(panel.onCall, { caseId, postId: other }))).toMatchObject({
        code: 'not-found',
      });
    }
    const now = clinic.world.clock.now().getTime();
    for (const moment of [now - 2 * hour, now + 2 * hour]) {
      const calledAt = new Date(moment).toISOString();
      expect(await refusal(call(panel.onCall, { caseId, postId }, { calledAt }))).toMatchObject({
        code: 'invalid-input',
        issues: [{ path: 'calledAt' }],
      });
    }
    const stranger = await clinic.specialist();
    expect(await refusal(call(stranger, { caseId, postId }))).toEqual(
      await refusal(call(stranger, { caseId: randomUUID(), postId })),
    );
  });
});
