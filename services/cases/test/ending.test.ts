import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  cancelCase,
  caseActed,
  caseEnded,
  closeCase,
  convertCase,
  giveSurvey,
  listCases,
  moveToIdentifiedRoute,
  surveyGiven,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Clinic, refusal, toMember } from './clinic.js';
import { Courses, day, survey } from './courses.js';
import { Discussing } from './discussing.js';

let clinic: Clinic;
let of: Courses;

beforeAll(async () => {
  clinic = await Clinic.open();
  of = new Courses(clinic, await clinic.gp(), await clinic.panel());
});
afterAll(() => clinic.world.stop());

const statusOf = async (caseId: string): Promise<string> => (await clinic.read(of.gp, caseId)).status;

describe('a question', () => {
  it('is taken back with a reason before there is advice, which stays and tells its words to nobody', async () => {
    const { gp, panel } = of;
    const caseId = await of.asked();
    const why = { reason: 'answered-elsewhere', comment: 'A walrus of a comment.' } as const;
    const { status, endedAt } = await of.does(gp, cancelCase, { caseId, ...why });
    expect(status).toBe('cancelled');
    expect(await clinic.read(panel.onCall, caseId)).toMatchObject({
      status: 'cancelled',
      responsibleId: null,
      clock: 'stopped',
      endedAt,
      endedAs: null,
    });
    expect(await clinic.events(caseEnded, caseId)).toEqual([
      { caseId, status: 'cancelled', survey: null, at: endedAt },
    ]);
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.cancel' });
    expect(await clinic.rows('select reason, comment from ending where case_id = $1', [caseId])).toEqual([
      why,
    ]);
    expect(await clinic.rows(`select 1 from outbox where payload::text like '%walrus%'`)).toEqual([]);
    expect((await of.timeline(caseId)).at(-1)).toEqual({
      kind: 'cancelled',
      actor_id: gp.memberId,
      detail: { why: 'answered-elsewhere', from: 'awaiting-advice' },
    });
    expect(await of.timers(caseId, 'follow-up')).toEqual([]);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('is not taken back once there is advice, nor twice, nor by anybody else', async () => {
    const { gp, panel } = of;
    const reason = { reason: 'other' } as const;
    const advised = await of.advised();
    expect(await refusal(of.does(gp, cancelCase, { caseId: advised, ...reason }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('close it with the survey'),
    });
    const caseId = await of.asked();
    const unknown = await refusal(of.does(panel.onCall, cancelCase, { caseId: randomUUID(), ...reason }));
    expect(await refusal(of.does(panel.onCall, cancelCase, { caseId, ...reason }))).toEqual(unknown);
    await of.does(gp, cancelCase, { caseId, ...reason });
    expect(await refusal(of.does(gp, cancelCase, { caseId, ...reason }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('already ended'),
    });
  });
});

describe('a case that was asked on after advice', () => {
  it('is not taken back, but closed with the survey, and followed up', async () => {
    const { gp, panel } = of;
    for (const asked of [[gp], [gp, panel.onCall]]) {
      const caseId = await of.advised();
      for (const by of asked) await clinic.post(by, caseId, 'question');
      const from = await statusOf(caseId);
      expect(from).toBe(asked.length === 1 ? 'awaiting-advice' : 'awaiting-information');
      expect(await refusal(of.does(gp, cancelCase, { caseId, reason: 'other' }))).toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('close it with the survey'),
      });
      expect(await of.does(gp, closeCase, { caseId, survey })).toMatchObject({ status: 'closed' });
      expect((await of.timeline(caseId)).at(-1)).toMatchObject({ kind: 'closed', detail: { from } });
      expect(await of.timers(caseId, 'follow-up')).toHaveLength(1);
    }
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('is taken back once all its advice is withdrawn, and who read it has acknowledged that', async () => {
    const { gp, panel } = of;
    const discussing = new Discussing(clinic);
    const caseId = await of.asked();
    const { postId } = await clinic.post(panel.onCall, caseId, 'advice');
    await of.opens(caseId);
    await discussing.withdraw(panel.onCall, caseId, postId);
    expect(await refusal(of.does(gp, closeCase, { caseId, survey }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('no advice'),
    });
    const cancel = () => of.does(gp, cancelCase, { caseId, reason: 'other' });
    expect(await refusal(cancel())).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('acknowledge'),
    });
    await discussing.acknowledge(gp, caseId, postId);
    expect(await cancel()).toMatchObject({ status: 'cancelled' });
  });
});

describe('a case becomes a referral', () => {
  it('by a specialist, where its requester allowed that', async () => {
    const caseId = await of.asked({ referralAllowed: true });
    const { status } = await of.does(of.panel.lead, convertCase, { caseId });
    expect(status).toBe('converted');
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.convert' });
    expect((await of.timeline(caseId)).at(-1)).toMatchObject({ kind: 'converted' });
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('not where it was not allowed, nor by who asks, nor by a colleague', async () => {
    const caseId = await of.asked();
    expect(await refusal(of.does(of.panel.lead, convertCase, { caseId }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('has not allowed'),
    });
    const allowed = await of.asked({ referralAllowed: true });
    const colleague = await clinic.gp();
    await of.share(allowed, [toMember(colleague)]);
    expect(await refusal(of.does(of.gp, convertCase, { caseId: allowed }))).toMatchObject({
      code: 'forbidden',
    });
    expect(await refusal(of.does(colleague, convertCase, { caseId: allowed }))).toMatchObject({
      code: 'forbidden',
    });
    const stranger = await clinic.specialist();
    expect(await refusal(of.does(stranger, convertCase, { caseId: allowed }))).toEqual(
      await refusal(of.does(stranger, convertCase, { caseId: randomUUID() })),
    );
    expect(await statusOf(allowed)).toBe('awaiting-advice');
  });
});

describe('a child who has to be known by name', () => {
  it('is moved to the identified route from either side, and that shows wherever the case is read', async () => {
    for (const by of [of.gp, of.panel.onCall]) {
      const caseId = await of.advised();
      const moved = await of.does(by, moveToIdentifiedRoute, { caseId });
      expect(moved).toMatchObject({ status: 'cancelled', endedAs: 'moved-to-identified-route' });
      expect(await clinic.read(of.gp, caseId)).toMatchObject({ endedAs: 'moved-to-identified-route' });
      const { cases } = await clinic.world.request(listCases, await of.gp.caller(), { limit: 1 });
      expect(cases).toEqual([expect.objectContaining({ caseId, endedAs: 'moved-to-identified-route' })]);
      expect((await of.timeline(caseId)).at(-1)).toMatchObject({
        kind: 'cancelled',
        detail: { why: 'moved-to-identified-route', from: 'advice-given' },
      });
      expect(await refusal(of.does(by, moveToIdentifiedRoute, { caseId }))).toMatchObject({
        code: 'conflict',
      });
    }
  });

  it('is not for a colleague to decide, and a stranger learns nothing', async () => {
    const caseId = await of.asked();
    const colleague = await clinic.gp();
    await of.share(caseId, [toMember(colleague)]);
    expect(await refusal(of.does(colleague, moveToIdentifiedRoute, { caseId }))).toMatchObject({
      code: 'forbidden',
    });
    const stranger = await clinic.gp();
    expect(await refusal(of.does(stranger, moveToIdentifiedRoute, { caseId }))).toEqual(
      await refusal(of.does(stranger, moveToIdentifiedRoute, { caseId: randomUUID() })),
    );
  });
});

describe('advice that was opened and left alone', () => {
  it('closes its case after fourteen days, its survey missing until the requester gives it', async () => {
    const { world } = clinic;
    const caseId = await of.advised();
    await of.opens(caseId);
    world.clock.advance(14 * day - 1);
    const late = await of.advised();
    await of.opens(late);
    expect(await statusOf(caseId)).toBe('advice-given');
    world.clock.advance(1);
    await until(async () => (await statusOf(caseId)) === 'closed', 'the case to close by itself');
    expect(await statusOf(late)).toBe('advice-given');

    const [ended] = await clinic.events(caseEnded, caseId);
    expect(ended).toMatchObject({ status: 'closed', survey: null });
    expect((await of.timeline(caseId)).at(-1)).toEqual({
      kind: 'closed',
      actor_id: null,
      detail: { by: 'itself', from: 'advice-given', survey: 'missing' },
    });
    expect(await clinic.wronglyAnswered()).toEqual([]);

    expect(await clinic.read(of.gp, caseId)).toMatchObject({
      survey: 'missing',
      reopenableUntil: new Date(Date.parse(ended!.at) + 14 * day).toISOString(),
    });
    world.clock.advance(day);
    const outsiders = [of.panel.onCall, await clinic.gp()];
    for (const by of outsiders) {
      expect(await refusal(of.does(by, giveSurvey, { caseId, survey }))).toMatchObject({ code: 'not-found' });
    }
    const given = await of.does(of.gp, giveSurvey, { caseId, survey: { ...survey, comment: 'An emu.' } });
    expect(given.closedAt).toBe(ended!.at);
    expect((await clinic.read(of.gp, caseId)).survey).toBe('given');
    expect(await clinic.events(surveyGiven, caseId)).toEqual([
      { caseId, survey, closedAt: ended!.at, at: given.givenAt },
    ]);
    expect(await refusal(of.does(of.gp, giveSurvey, { caseId, survey }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('answered already'),
    });
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.survey' });
  });

  it('stays open while something is still written, while newer advice is unread, and once asked again', async () => {
    const { world } = clinic;
    const [written, superseded, again] = [await of.advised(), await of.advised(), await of.advised()];
    for (const caseId of [written, superseded, again]) await of.opens(caseId);
    world.clock.advance(13 * day);
    await clinic.post(of.gp, written, 'information');
    await clinic.post(of.panel.onCall, superseded, 'advice');
    await clinic.post(of.gp, again, 'question');
    world.clock.advance(day);
    for (const caseId of [superseded, again]) {
      await until(
        async () => (await of.timers(caseId, 'self-close')).length === 0,
        'its timer to be used up',
      );
    }
    await until(
      async () => (await of.timers(written, 'self-close'))[0]!.dueAt > world.clock.now(),
      'put off',
    );
    expect(await statusOf(written)).toBe('advice-given');
    expect(await statusOf(superseded)).toBe('advice-given');
    expect(await statusOf(again)).toBe('awaiting-advice');
    world.clock.advance(13 * day);
    await until(async () => (await statusOf(written)) === 'closed', 'the case to close by itself');
    expect(await statusOf(superseded)).toBe('advice-given');
  });

  it('closes its case also when newer advice, because of which it had not, is withdrawn', async () => {
    const { world } = clinic;
    const caseId = await of.advised();
    await of.opens(caseId);
    const { postId: newer } = await clinic.post(of.panel.onCall, caseId, 'advice');
    world.clock.advance(14 * day);
    await until(async () => (await of.timers(caseId, 'self-close')).length === 0, 'its timer to be used up');
    await new Discussing(clinic).withdraw(of.panel.onCall, caseId, newer);
    const dueAt = new Date(world.clock.now().getTime() + 14 * day);
    expect(await of.timers(caseId, 'self-close')).toEqual([{ dueAt }]);
    expect(await statusOf(caseId)).toBe('advice-given');
    world.clock.advance(14 * day);
    await until(async () => (await statusOf(caseId)) === 'closed', 'the case to close by itself');

    // In a case that has ended, nothing is left to close.
    const ended = await of.advised();
    await of.opens(ended);
    const { postId: late } = await clinic.post(of.panel.onCall, ended, 'advice');
    await of.closes(ended);
    await new Discussing(clinic).withdraw(of.panel.onCall, ended, late);
    expect(await of.timers(ended, 'self-close')).toEqual([]);
  });

  it('is one effect, though a person closes it in the same instant', async () => {
    const cases = await Promise.all(Array.from({ length: 6 }, () => of.advised()));
    for (const caseId of cases) await of.opens(caseId);
    clinic.world.clock.advance(14 * day);
    await Promise.all(cases.map((caseId) => of.does(of.gp, closeCase, { caseId, survey }).catch(() => null)));
    for (const caseId of cases) {
      await until(async () => (await statusOf(caseId)) === 'closed', 'the case to be closed');
      expect(await clinic.events(caseEnded, caseId)).toHaveLength(1);
      expect(await of.timers(caseId, 'self-close')).toEqual([]);
    }
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });
});

describe('the survey', () => {
  it('is not taken of a case that is open or was cancelled, and not twice of one closed with it', async () => {
    const [open, cancelled, closed] = [await of.advised(), await of.asked(), await of.closed()];
    await of.does(of.gp, cancelCase, { caseId: cancelled, reason: 'other' });
    for (const caseId of [open, cancelled, closed]) {
      expect(await refusal(of.does(of.gp, giveSurvey, { caseId, survey }))).toMatchObject({
        code: 'conflict',
      });
    }
  });
});
