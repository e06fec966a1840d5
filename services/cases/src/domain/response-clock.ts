import type { CaseStatus, HolidayCalendar, PanelTerms, Priority } from '@definitivedx/contracts';
import { momentAfterOpenMinutes, openMinutesBetween, targetMinutes, type OpenHours } from './working-time.js';

/** How long a case has been waiting for its panel, by the panel's terms as they were when it was asked. */
export interface ResponseClock {
  readonly calendar: HolidayCalendar;
  readonly terms: PanelTerms;
  readonly budgetMinutes: number;
  /** Open minutes used up before `runningSince`. */
  readonly usedMinutes: number;
  readonly startedAt: Date;
  /** Null while the clock is paused and once it is stopped. */
  readonly runningSince: Date | null;
  readonly stoppedAt: Date | null;
  /** When the budget is used up; while paused, when it would have been. */
  readonly dueAt: Date;
  /** Of the first time round, for measuring: the first advice, or question back, of a specialist. */
  readonly firstAnswerAt: Date | null;
}

/** What is measured of a first answer. */
export interface FirstAnswer {
  readonly elapsedMinutes: number;
  readonly workingMinutes: number;
  readonly withinTarget: boolean;
}

/** When a clock runs: while its panel is open. */
export const openHours = ({ terms, calendar }: Pick<ResponseClock, 'terms' | 'calendar'>): OpenHours => ({
  timeZone: terms.timeZone,
  hours: terms.hours,
  calendar,
});

/** Starts the clock of a new case. */
export function startClock(
  panel: { readonly terms: PanelTerms; readonly calendar: HolidayCalendar },
  priority: Priority,
  at: Date,
): ResponseClock {
  const { terms, calendar } = panel;
  const budgetMinutes = targetMinutes(terms, priority);
  return {
    calendar,
    terms,
    budgetMinutes,
    usedMinutes: 0,
    startedAt: at,
    runningSince: at,
    stoppedAt: null,
    dueAt: momentAfterOpenMinutes(openHours(panel), at, budgetMinutes),
    firstAnswerAt: null,
  };
}

/** Open minutes used up until a moment, pauses left out. */
export function usedBy(clock: ResponseClock, at: Date): number {
  if (clock.runningSince === null) return clock.usedMinutes;
  return clock.usedMinutes + openMinutesBetween(openHours(clock), clock.runningSince, at);
}

/**
 * The clock after a case has moved from one status to another. It runs while the specialists are to answer, pauses
 * while they wait for the requester, and stops with advice or the end of the case. Asking again after advice starts
 * it anew, with the whole budget.
 */
export function follow(clock: ResponseClock, before: CaseStatus, after: CaseStatus, at: Date): ResponseClock {
  if (before === after) return clock;
  if (after === 'awaiting-information') return pause(clock, at);
  if (after !== 'awaiting-advice') return stop(clock, at);
  if (clock.stoppedAt === null) return resume(pause(clock, at), at);
  const anew = { ...clock, usedMinutes: 0, startedAt: at, stoppedAt: null };
  return resume(anew, at);
}

/** The clock while it waits for somebody else. */
export const pause = (clock: ResponseClock, at: Date): ResponseClock => ({
  ...clock,
  usedMinutes: usedBy(clock, at),
  runningSince: null,
});

/** The clock once nothing is awaited. */
export const stop = (clock: ResponseClock, at: Date): ResponseClock => ({
  ...pause(clock, at),
  stoppedAt: clock.stoppedAt ?? at,
});

/** The clock once it goes on after a pause. */
export function resume(clock: ResponseClock, at: Date): ResponseClock {
  const left = clock.budgetMinutes - clock.usedMinutes;
  // What was overdue before the pause stays due when it was.
  const dueAt = left > 0 ? momentAfterOpenMinutes(openHours(clock), at, left) : clock.dueAt;
  return { ...clock, runningSince: at, dueAt };
}

/** What a first answer at this moment measures; undefined when there was one before. */
export function firstAnswer(clock: ResponseClock, at: Date): FirstAnswer | undefined {
  if (clock.firstAnswerAt !== null) return undefined;
  return {
    elapsedMinutes: Math.max(0, at.getTime() - clock.startedAt.getTime()) / 60_000,
    workingMinutes: usedBy(clock, at),
    withinTarget: at <= clock.dueAt,
  };
}
