import { followUpDays } from '@definitivedx/contracts';
import type { Proportion } from './statistics.js';

/** What is counted of the follow-ups of one day of a set of cases. */
export interface FollowUpTally {
  readonly day: (typeof followUpDays)[number];
  readonly asked: number;
  readonly answered: number;
  readonly followed: number;
  readonly partlyFollowed: number;
  readonly referred: number;
  readonly unplanned: number;
  /** Answers that know what became of the child. */
  readonly known: number;
  readonly better: number;
  readonly worse: number;
}

/** The tallies of several sets that share no case, per day; each day is there, also when nothing was asked. */
export const totalOfFollowUps = (tallies: readonly FollowUpTally[]): readonly FollowUpTally[] =>
  followUpDays.map((day) => {
    const ofDay = tallies.filter((tally) => tally.day === day);
    const sum = (count: (tally: FollowUpTally) => number): number =>
      ofDay.reduce((before, tally) => before + count(tally), 0);
    return {
      day,
      asked: sum((t) => t.asked),
      answered: sum((t) => t.answered),
      followed: sum((t) => t.followed),
      partlyFollowed: sum((t) => t.partlyFollowed),
      referred: sum((t) => t.referred),
      unplanned: sum((t) => t.unplanned),
      known: sum((t) => t.known),
      better: sum((t) => t.better),
      worse: sum((t) => t.worse),
    };
  });

/** The figures of the follow-ups of one day, each with its denominator. */
export interface FollowUpFigures {
  readonly day: FollowUpTally['day'];
  readonly answered: Proportion;
  readonly adviceFollowed: Proportion;
  readonly advicePartlyFollowed: Proportion;
  readonly referredAnyway: Proportion;
  readonly unplannedAttendance: Proportion;
  readonly wellOrImproved: Proportion;
  readonly worse: Proportion;
}

export const followUpFiguresOf = (tallies: readonly FollowUpTally[]): FollowUpFigures[] =>
  totalOfFollowUps(tallies).map((tally) => {
    const ofAnswered = (numerator: number): Proportion => ({ numerator, denominator: tally.answered });
    return {
      day: tally.day,
      answered: { numerator: tally.answered, denominator: tally.asked },
      adviceFollowed: ofAnswered(tally.followed),
      advicePartlyFollowed: ofAnswered(tally.partlyFollowed),
      referredAnyway: ofAnswered(tally.referred),
      unplannedAttendance: ofAnswered(tally.unplanned),
      wellOrImproved: { numerator: tally.better, denominator: tally.known },
      worse: { numerator: tally.worse, denominator: tally.known },
    };
  });
