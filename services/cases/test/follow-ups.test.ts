import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answerFollowUp,
  caseActed,
  followUpAnswered,
  followUpDue,
  myFollowUps,
  reopenCase,
  type FollowUpAnswers,
  type ReplyOf,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Clinic, refusal, type Person } from './clinic.js';
import { Courses, day } from './courses.js';

let clinic: Clinic;
let of: Courses;

beforeAll(async () => {
  clinic = await Clinic.open();
  of = new Courses(clinic, await clinic.gp(), await clinic.panel());
});
afterAll(() => clinic.world.stop());

const answers: FollowUpAnswers = {
  adviceFollowed: 'partly',
  referredAnyway: false,
  unplannedAttendance: true,
  outcome: 'improved',
};
const answer = (caseId: string, which: 30 | 90, by: Person = of.gp) =>
  of.does(by, answerFollowUp, { caseId, day: which, ...answers });
const listFor = async (
  by: Person,
  rest: { cursor?: string; limit?: number } = {},
): Promise<ReplyOf<typeof myFollowUps>> => clinic.world.request(myFollowUps, await by.caller(), rest);
const asked = (caseId: string, times: number): Promise<unknown> =>
  until(async () => (await clinic.events(followUpDue, caseId)).length === times, 'the questions to be asked');

describe('following up a closed case', () => {
  it('asks after 30 and 90 days, and takes the answers in one step from the list', async () => {
    const { clock } = clinic.world;
    const caseId = await of.closed();
    const closedAt = clock.now();
    clock.advance(30 * day - 1);
    expect((await listFor(of.gp)).followUps).toEqual([]);
    expect(await refusal(answer(caseId, 30))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('too early'),
    });
    clock.advance(1);
    await asked(caseId, 1);
    expect(await clinic.events(followUpDue, caseId)).toEqual([
      { caseId, day: 30, requesterId: of.gp.memberId, at: clock.now().toISOString() },
    ]);
    const { followUps, nextCursor } = await listFor(of.gp);
    expect(followUps).toEqual([
      {
        caseId,
        code: (await clinic.read(of.gp, caseId)).code,
        question: 'Is this rash worrying?',
        day: 30,
        closedAt: closedAt.toISOString(),
        dueAt: clock.now().toISOString(),
      },
    ]);
    expect(nextCursor).toBeNull();

    clock.advance(day);
    const { answeredAt } = await answer(caseId, 30);
    expect(await clinic.events(followUpAnswered, caseId)).toEqual([
      { caseId, day: 30, ...answers, at: answeredAt },
    ]);
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.follow-up' });
    expect((await of.timeline(caseId)).slice(-2)).toEqual([
      { kind: 'follow-up-due', actor_id: null, detail: { day: 30 } },
      { kind: 'follow-up-answered', actor_id: of.gp.memberId, detail: { day: 30 } },
    ]);
    expect((await listFor(of.gp)).followUps).toEqual([]);
    expect(await refusal(answer(caseId, 30))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('answered already. Thank you'),
    });
    expect(await refusal(answer(caseId, 90))).toMatchObject({ code: 'conflict' });

    // A year later it is not too late.
    clock.advance(365 * day);
    await asked(caseId, 2);
    expect((await listFor(of.gp)).followUps).toEqual([expect.objectContaining({ caseId, day: 90 })]);
    await answer(caseId, 90);
    expect(await of.timers(caseId, 'follow-up')).toEqual([]);
  });

  it('asks both at once when nothing ran at the first time', async () => {
    const caseId = await of.closed();
    clinic.world.clock.advance(91 * day);
    await asked(caseId, 2);
    expect((await clinic.events(followUpDue, caseId)).map((event) => event.day).sort()).toEqual([30, 90]);
    await Promise.all([answer(caseId, 30), answer(caseId, 90)]);
  });

  it('is for the asking side: others have nothing in their list, and their answer is that of an unknown case', async () => {
    const caseId = await of.closed();
    clinic.world.clock.advance(30 * day);
    await asked(caseId, 1);
    for (const by of [of.panel.onCall, await clinic.gp()]) {
      expect((await listFor(by)).followUps).toEqual([]);
      expect(await refusal(answer(caseId, 30, by))).toEqual(await refusal(answer(randomUUID(), 30, by)));
    }
    const cover = await of.covering();
    expect((await listFor(cover)).followUps).toContainEqual(expect.objectContaining({ caseId }));
    await answer(caseId, 30, cover);
    // Exported as theirs who gave them; who asked has when that was.
    const [byCover] = await clinic.exported(cover, 'followUps', caseId);
    expect(byCover).toMatchObject(answers);
    const none = { adviceFollowed: null, referredAnyway: null, unplannedAttendance: null, outcome: null };
    const asker = (await clinic.exported(of.gp, 'followUps', caseId)).find((row) => row['day'] === 30);
    expect(asker).toMatchObject({ answeredAt: byCover!['answeredAt'], ...none });
    expect((await listFor(of.gp)).followUps).not.toContainEqual(expect.objectContaining({ caseId }));
  });

  it('lists page by page, longest due first, without leaving one out', async () => {
    const gp = await clinic.gp();
    const mine = new Courses(clinic, gp, of.panel);
    const cases: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      cases.push(await mine.closed());
      // Two of them in one instant.
      if (count !== 2) clinic.world.clock.advance(60_000);
    }
    clinic.world.clock.advance(31 * day);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listFor(gp, { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.followUps.map(({ caseId }) => caseId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect([...seen].sort()).toEqual([...cases].sort());
    expect(seen.slice(0, 2)).toEqual(cases.slice(0, 2));
    expect(await refusal(listFor(gp, { cursor: 'x' }))).toMatchObject({ code: 'invalid-input' });
  });

  it('asks nothing about a case that is open again', async () => {
    const caseId = await of.closed();
    clinic.world.clock.advance(10 * day);
    await of.does(of.gp, reopenCase, { caseId, question: 'Again?' });
    clinic.world.clock.advance(30 * day);
    expect(await refusal(answer(caseId, 30))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Nothing is asked'),
    });
    expect(await clinic.events(followUpDue, caseId)).toEqual([]);
  });

  it('keeps one answer of several at once', async () => {
    const caseId = await of.closed();
    clinic.world.clock.advance(30 * day);
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => answer(caseId, 30)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await clinic.events(followUpAnswered, caseId)).toHaveLength(1);
  });
});
