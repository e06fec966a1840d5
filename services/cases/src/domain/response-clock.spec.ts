import { describe, expect, it } from '@jest/globals';
import { defaultPanelTerms, type CaseStatus } from '@definitivedx/contracts';
import { firstAnswer, follow, startClock, usedBy, type ResponseClock } from './response-clock.js';

const panel = { terms: defaultPanelTerms, calendar: 'england-and-wales' } as const;
const at = (text: string): Date => new Date(text);
// Thursday before Easter 2026, an hour before closing, in summer time; two working days end on the Wednesday after.
const asked = at('2026-04-02T15:00:00Z');
const start = (): ResponseClock => startClock(panel, 'routine', asked);
const [waiting, asking, advised] = ['awaiting-advice', 'awaiting-information', 'advice-given'] as const;

const story = (...steps: readonly (readonly [CaseStatus, string])[]): ResponseClock =>
  steps.reduce<[ResponseClock, CaseStatus]>(
    ([clock, before], [after, moment]) => [follow(clock, before, after, at(moment)), after],
    [start(), waiting],
  )[0];

describe('the response clock', () => {
  it('starts with the case and says by when there is to be an answer', () => {
    expect(start()).toMatchObject({
      budgetMinutes: 960,
      usedMinutes: 0,
      runningSince: asked,
      stoppedAt: null,
    });
    expect(start().dueAt).toEqual(at('2026-04-08T15:00:00Z'));
    expect(startClock(panel, 'urgent', asked).dueAt).toEqual(at('2026-04-07T11:00:00Z'));
  });

  it('pauses while information is awaited, and then has as much left as it had', () => {
    const paused = story([asking, '2026-04-07T09:00:00Z']);
    expect(paused).toMatchObject({ usedMinutes: 120, runningSince: null, stoppedAt: null });
    expect(usedBy(paused, at('2026-05-01T12:00:00Z'))).toBe(120);
    const resumed = follow(paused, asking, waiting, at('2026-04-09T15:00:00Z'));
    expect(resumed.dueAt).toEqual(at('2026-04-13T13:00:00Z'));
    expect(usedBy(resumed, at('2026-04-09T15:30:00Z'))).toBe(150);
  });

  it('stays due when it was overdue before the pause', () => {
    const late = story([asking, '2026-04-20T09:00:00Z'], [waiting, '2026-04-21T09:00:00Z']);
    expect(late.dueAt).toEqual(start().dueAt);
  });

  it('stops with advice, and with the end of the case', () => {
    for (const end of [advised, 'cancelled', 'converted'] as const) {
      const stopped = story([end, '2026-04-07T09:00:00Z']);
      expect(stopped).toMatchObject({
        usedMinutes: 120,
        runningSince: null,
        stoppedAt: at('2026-04-07T09:00:00Z'),
      });
    }
    const closed = story([advised, '2026-04-07T09:00:00Z'], ['closed', '2026-04-30T09:00:00Z']);
    expect(closed).toMatchObject({ usedMinutes: 120, stoppedAt: at('2026-04-07T09:00:00Z') });
    expect(story([asking, '2026-04-07T09:00:00Z'], [advised, '2026-04-10T09:00:00Z']).usedMinutes).toBe(120);
  });

  it('starts anew, with the whole budget, when something is asked after advice', () => {
    const anew = story([advised, '2026-04-07T09:00:00Z'], [waiting, '2026-04-09T08:00:00Z']);
    expect(anew).toMatchObject({ usedMinutes: 0, stoppedAt: null, runningSince: at('2026-04-09T08:00:00Z') });
    expect(anew.dueAt).toEqual(at('2026-04-10T16:00:00Z'));
  });

  it('takes no notice of what leaves the status as it is', () => {
    const clock = start();
    expect(follow(clock, waiting, waiting, at('2026-04-07T09:00:00Z'))).toBe(clock);
  });
});

describe('the first answer', () => {
  it('is measured by the clock on the wall and in open hours', () => {
    expect(firstAnswer(start(), at('2026-04-07T09:00:00Z'))).toEqual({
      elapsedMinutes: 4 * 24 * 60 + 18 * 60,
      workingMinutes: 120,
      withinTarget: true,
    });
    expect(firstAnswer(start(), at('2026-04-08T15:00:00Z'))).toMatchObject({
      workingMinutes: 960,
      withinTarget: true,
    });
    expect(firstAnswer(start(), at('2026-04-08T15:00:01Z'))).toMatchObject({ withinTarget: false });
  });

  it('is measured once', () => {
    const clock = { ...start(), firstAnswerAt: asked };
    expect(firstAnswer(clock, at('2026-04-08T15:00:00Z'))).toBeUndefined();
  });
});
