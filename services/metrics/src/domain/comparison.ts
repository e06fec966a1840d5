import type { BaselineFigures, Figures } from './figures.js';
import type { MedianEstimate, Proportion } from './statistics.js';

/**
 * The comparison with the e-mail line in plain English, for people who read no table. Every figure comes with its
 * denominator, and what a figure leaves out is said.
 */
export function comparisonOf(figures: Figures, baseline: BaselineFigures | null): string[] {
  return [
    times(figures, baseline),
    censored(figures, baseline),
    inTime(figures, baseline),
    avoided(figures, baseline),
    ...(baseline ? [] : ['No e-mail baseline has been imported yet, so there is nothing to compare with.']),
  ];
}

function times({ elapsedMinutes, workingMinutes }: Figures, baseline: BaselineFigures | null): string {
  if (elapsedMinutes.n === 0) return 'No case of this period has a first answer yet.';
  const against = baseline ? ` against ${medianInWords(baseline.elapsedMinutes)} by e-mail` : '';
  return `Median time to first answer ${medianInWords(elapsedMinutes)}${against}; within the panels' own hours it was ${medianInWords(workingMinutes)}.`;
}

function censored(figures: Figures, baseline: BaselineFigures | null): string {
  const email = baseline
    ? ` Of ${count(baseline.threads, 'e-mail thread')}, ${baseline.threads - baseline.answered} had no answer.`
    : '';
  const ended = figures.asked - figures.answered - figures.unanswered;
  return `Of ${count(figures.asked, 'case')}, ${figures.stillOpen} ${areOpen(figures.stillOpen)} still open, ${figures.unanswered} of them without an answer so far, and ${ended} ended without one.${email} Whatever has no answer is not in the medians, so the true times are longer than the medians say.`;
}

function inTime({ withinTarget }: Figures, baseline: BaselineFigures | null): string {
  const ours = `Answered within the panel's target: ${proportionInWords(withinTarget, 'case')} whose answer was given or due, overdue ones counted as not in time`;
  if (!baseline) return `${ours}.`;
  return `${ours}; by e-mail within one working day: ${proportionInWords(baseline.withinOneWorkingDay, 'thread')}. For e-mail a working day ends at the same time on the next weekday (Europe/London, bank holidays not left out), so the two rules differ.`;
}

function avoided({ referralsAvoided, surveyed }: Figures, baseline: BaselineFigures | null): string {
  const against = baseline
    ? ` against ${proportionInWords(baseline.referralsAvoided, 'contemplated referral')} by e-mail, threads of unknown outcome left out`
    : '';
  return `Referrals avoided: ${proportionInWords(referralsAvoided, 'contemplated referral')}${against}; this rests on the surveys of ${proportionInWords(surveyed, 'closed case')}.`;
}

const areOpen = (n: number): string => (n === 1 ? 'is' : 'are');
const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function medianInWords({ n, median, low, high }: MedianEstimate): string {
  if (median === null) return `unknown (n = ${n})`;
  const interval =
    low === null || high === null
      ? 'too few for an interval'
      : `95% interval ${durationInWords(low)} to ${durationInWords(high)}`;
  return `${durationInWords(median)} (${interval}, n = ${n})`;
}

function proportionInWords({ numerator, denominator }: Proportion, what: string): string {
  const share = denominator === 0 ? '' : ` (${Number(((100 * numerator) / denominator).toFixed(1))}%)`;
  return `${numerator} of ${count(denominator, what)}${share}`;
}

const minutesPerHour = 60;
const minutesPerDay = 24 * minutesPerHour;

/** Minutes as people say them: to the minute below ten hours, to the hour below three days, then in days. */
export function durationInWords(minutes: number): string {
  const whole = Math.round(minutes);
  if (whole < minutesPerHour) return `${whole} min`;
  if (whole < 10 * minutesPerHour) {
    const rest = whole % minutesPerHour;
    return `${Math.floor(whole / minutesPerHour)} h${rest === 0 ? '' : ` ${rest} min`}`;
  }
  if (whole < 3 * minutesPerDay) return `${Math.round(whole / minutesPerHour)} h`;
  return `${Number((whole / minutesPerDay).toFixed(1))} days`;
}
