import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  caseAnswered,
  caseAsked,
  defaultPanelTerms,
  listCases,
  registerOrganisation,
} from '@definitivedx/contracts';
import { Clinic, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  panel = await clinic.panel();
});
afterAll(() => clinic.world.stop());

/** Asks the panel at a moment. */
const ask = async (at: string, rest: Parameters<Clinic['caseFor']>[1] = {}, of = panel) => {
  clinic.world.clock.set(at);
  return clinic.share(gp, clinic.caseFor([toPanel(of)], rest));
};
const state = async (caseId: string): Promise<[string, string | null]> => {
  const { clock, answerBy } = await clinic.read(gp, caseId);
  return [clock, answerBy];
};

describe('the response clock of a case', () => {
  it('tells the asker when there is to be an answer, over a weekend and a bank holiday', async () => {
    // Thursday before Easter, four in the afternoon in London; the panel opens again on Tuesday.
    const routine = await ask('2026-04-02T15:00:00Z');
    expect(routine.answerBy).toBe('2026-04-08T15:00:00.000Z');
    const urgent = await ask('2026-04-02T15:00:00Z', { priority: 'urgent' });
    expect(urgent.answerBy).toBe('2026-04-07T11:00:00.000Z');

    expect(await state(routine.caseId)).toEqual(['running', routine.answerBy]);
    expect(await clinic.read(panel.onCall, routine.caseId)).toMatchObject({ leadPanelId: panel.panelId });
    const { cases } = await clinic.world.request(listCases, await gp.caller(), {});
    expect(cases.find(({ caseId }) => caseId === urgent.caseId)).toMatchObject({ answerBy: urgent.answerBy });
    expect(await clinic.events(caseAsked, urgent.caseId)).toEqual([
      expect.objectContaining({ answerBy: urgent.answerBy, panel: expect.anything() }),
    ]);
  });

  it('pauses while a specialist waits for information, and moves the answer on by as long', async () => {
    const { caseId, answerBy } = await ask('2026-04-02T15:00:00Z');
    clinic.world.clock.set('2026-04-07T09:00:00Z');
    await clinic.post(panel.onCall, caseId, 'question');
    expect(await state(caseId)).toEqual(['paused', answerBy]);

    // Of sixteen hours two were used up; the rest begins with the information, an hour before closing on Thursday.
    clinic.world.clock.set('2026-04-09T15:00:00Z');
    await clinic.post(gp, caseId, 'note');
    expect(await state(caseId)).toEqual(['paused', answerBy]);
    await clinic.post(gp, caseId, 'information');
    expect(await state(caseId)).toEqual(['running', '2026-04-13T13:00:00.000Z']);

    clinic.world.clock.set('2026-04-10T08:30:00Z');
    await clinic.post(panel.onCall, caseId, 'advice');
    expect(await state(caseId)).toEqual(['stopped', null]);
    // The question was the first answer: nothing was measured after it.
    expect(await clinic.events(caseAnswered, caseId)).toEqual([
      {
        caseId,
        kind: 'question',
        recommendation: null,
        elapsedMinutes: 4 * 24 * 60 + 18 * 60,
        workingMinutes: 120,
        withinTarget: true,
        at: '2026-04-07T09:00:00.000Z',
      },
    ]);
    const [row] = await clinic.rows('select used_minutes from response_clock where case_id = $1', [caseId]);
    expect(row).toEqual({ used_minutes: 120 + 60 + 30 });
  });

  it('stops with advice, measured as late when it is, and starts anew when something is asked after it', async () => {
    const { caseId } = await ask('2026-11-20T16:00:00Z', { priority: 'urgent' });
    clinic.world.clock.set('2026-11-23T13:00:01Z');
    await clinic.post(panel.lead, caseId, 'advice', { recommendation: 'REFERRAL_RECOMMENDED' });
    const answers = await clinic.events(caseAnswered, caseId);
    expect(answers).toEqual([
      expect.objectContaining({
        kind: 'advice',
        recommendation: 'REFERRAL_RECOMMENDED',
        withinTarget: false,
      }),
    ]);
    expect(answers[0]?.workingMinutes).toBeCloseTo(300 + 1 / 60);

    await clinic.post(gp, caseId, 'question');
    expect(await state(caseId)).toEqual(['running', '2026-11-24T09:00:01.000Z']);
    await clinic.post(panel.onCall, caseId, 'advice');
    expect(await clinic.events(caseAnswered, caseId)).toHaveLength(1);
  });

  it('is not stopped by what colleagues and the requester add', async () => {
    const colleague = await clinic.gp();
    clinic.world.clock.set('2026-11-23T10:00:00Z');
    const audience = [toPanel(panel), toMember(colleague)];
    const { caseId, answerBy } = await clinic.share(gp, clinic.caseFor(audience));
    await clinic.post(colleague, caseId, 'information');
    await clinic.post(gp, caseId, 'question');
    await clinic.post(panel.onCall, caseId, 'note');
    expect(await state(caseId)).toEqual(['running', answerBy]);
    expect(await clinic.events(caseAnswered, caseId)).toEqual([]);
  });

  it("goes by the lead panel's own hours, targets and calendar, as they were when it was asked", async () => {
    const operator = await clinic.world.as('operator');
    const trust = { odsCode: 'RXX', name: 'The Trust', kind: 'trust' } as const;
    const terms = {
      ...defaultPanelTerms,
      hours: [1, 2].map((weekday) => ({ weekday, start: '10:00', end: '12:00' })),
      routineWorkingDays: 1,
    };
    const short = await clinic.panel({ terms });
    await clinic.world.request(registerOrganisation, operator, { ...trust, calendar: 'scotland' });
    const scottish = await clinic.panel();
    // Monday 15 June 2026 was a holiday in Scotland alone.
    const reply = await ask('2026-06-12T15:00:00Z', {}, scottish);
    expect(reply.answerBy).toBe('2026-06-17T15:00:00.000Z');
    await clinic.world.request(registerOrganisation, operator, { ...trust, calendar: 'england-and-wales' });
    expect(await state(reply.caseId)).toEqual(['running', reply.answerBy]);
    expect((await ask('2026-06-12T15:00:00Z', {}, scottish)).answerBy).toBe('2026-06-16T15:00:00.000Z');

    expect((await ask('2026-06-15T09:30:00Z', {}, short)).answerBy).toBe('2026-06-16T09:30:00.000Z');
  });

  it('goes by the usual terms when only people are asked', async () => {
    clinic.world.clock.set('2026-04-02T15:00:00Z');
    const reply = await clinic.share(gp, clinic.caseFor([toMember(panel.lead)]));
    expect(reply.answerBy).toBe('2026-04-08T15:00:00.000Z');
    expect(await clinic.read(gp, reply.caseId)).toMatchObject({ leadPanelId: null, clock: 'running' });
    expect(await clinic.events(caseAsked, reply.caseId)).toEqual([expect.objectContaining({ panel: null })]);
  });
});
