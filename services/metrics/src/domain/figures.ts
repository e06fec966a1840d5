import { totalOfFollowUps, type FollowUpTally } from './follow-ups.js';
import { medianWithInterval, type MedianEstimate, type Proportion } from './statistics.js';

/** What is counted of a set of cases. Tallies of sets that share no case can be added. */
export interface Tally {
  readonly asked: number;
  readonly stillOpen: number;
  readonly unanswered: number;
  /** Answered, or to be answered by now. */
  readonly due: number;
  readonly inTime: number;
  /** Referrals that the survey says had been contemplated. */
  readonly contemplated: number;
  readonly avoided: number;
  readonly closed: number;
  readonly surveyed: number;
  /** Minutes to the first answer, one value per answered case. */
  readonly elapsed: readonly number[];
  readonly working: readonly number[];
  readonly followUps: readonly FollowUpTally[];
}

export const emptyTally: Tally = {
  asked: 0,
  stillOpen: 0,
  unanswered: 0,
  due: 0,
  inTime: 0,
  contemplated: 0,
  avoided: 0,
  closed: 0,
  surveyed: 0,
  elapsed: [],
  working: [],
  followUps: [],
};

/** The tally of all cases of several tallies together. */
export function total(tallies: readonly Tally[]): Tally {
  const sum = (count: (tally: Tally) => number): number =>
    tallies.reduce((before, tally) => before + count(tally), 0);
  return {
    asked: sum((t) => t.asked),
    stillOpen: sum((t) => t.stillOpen),
    unanswered: sum((t) => t.unanswered),
    due: sum((t) => t.due),
    inTime: sum((t) => t.inTime),
    contemplated: sum((t) => t.contemplated),
    avoided: sum((t) => t.avoided),
    closed: sum((t) => t.closed),
    surveyed: sum((t) => t.surveyed),
    elapsed: tallies.flatMap((t) => t.elapsed),
    working: tallies.flatMap((t) => t.working),
    followUps: totalOfFollowUps(tallies.flatMap((t) => t.followUps)),
  };
}

/** The figures of a report, each with its denominator. */
export interface Figures {
  readonly asked: number;
  readonly answered: number;
  readonly stillOpen: number;
  readonly unanswered: number;
  readonly elapsedMinutes: MedianEstimate;
  readonly workingMinutes: MedianEstimate;
  readonly withinTarget: Proportion;
  readonly referralsAvoided: Proportion;
  readonly surveyed: Proportion;
}

export const figuresOf = (tally: Tally): Figures => ({
  asked: tally.asked,
  answered: tally.elapsed.length,
  stillOpen: tally.stillOpen,
  unanswered: tally.unanswered,
  elapsedMinutes: medianWithInterval(tally.elapsed),
  workingMinutes: medianWithInterval(tally.working),
  withinTarget: { numerator: tally.inTime, denominator: tally.due },
  referralsAvoided: { numerator: tally.avoided, denominator: tally.contemplated },
  surveyed: { numerator: tally.surveyed, denominator: tally.closed },
});

/** What is counted of an imported e-mail line. */
export interface BaselineTally {
  readonly name: string;
  readonly threads: number;
  /** Threads whose working day is over, or that were answered. */
  readonly due: number;
  readonly inTime: number;
  readonly contemplated: number;
  readonly avoided: number;
  readonly elapsed: readonly number[];
}

export interface BaselineFigures {
  readonly name: string;
  readonly threads: number;
  readonly answered: number;
  readonly elapsedMinutes: MedianEstimate;
  readonly withinOneWorkingDay: Proportion;
  readonly referralsAvoided: Proportion;
}

export const baselineFiguresOf = (tally: BaselineTally): BaselineFigures => ({
  name: tally.name,
  threads: tally.threads,
  answered: tally.elapsed.length,
  elapsedMinutes: medianWithInterval(tally.elapsed),
  withinOneWorkingDay: { numerator: tally.inTime, denominator: tally.due },
  referralsAvoided: { numerator: tally.avoided, denominator: tally.contemplated },
});
