import { z } from 'zod';
import { followUpDay } from '../cases/follow-ups.js';
import { request } from '../define.js';
import { id, instant, line } from '../fields.js';

const month = z
  .string()
  .regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'Write months as YYYY-MM, e.g. 2026-04.')
  .describe('Month of asking, in Europe/London.');

/** A file travels as one bus message of at most 1 MiB; the rest is room for its headers. */
const csvBytes = 900_000;

/** A median with its 95% percentile bootstrap interval; null where there is nothing to measure. */
const median = z.strictObject({
  n: z.int().describe('How many values it is the median of.'),
  median: z.number().nullable(),
  low: z.number().nullable().describe('Null for fewer than six values: they allow no 95% interval.'),
  high: z.number().nullable(),
});

/** A share of something, never without what it is a share of. */
const proportion = z.strictObject({ numerator: z.int(), denominator: z.int() });

const figures = z.strictObject({
  asked: z.int(),
  answered: z.int(),
  stillOpen: z.int().describe('Neither closed nor cancelled at the time of the report.'),
  unanswered: z.int().describe('Of those still open, without a first answer.'),
  elapsedMinutes: median.describe('To the first answer, by the clock on the wall.'),
  workingMinutes: median.describe("To the first answer, within the panel's hours."),
  withinTarget: proportion.describe(
    'Answered in time, of all asked whose answer was given or due; overdue ones without an answer are not in time.',
  ),
  referralsAvoided: proportion.describe('Contemplated and avoided, of all contemplated by the survey.'),
  surveyed: proportion.describe('Closed with a survey, of all closed; without one counts as missing.'),
});

export const outcomeReport = request('metrics', 'outcome-report', {
  summary:
    "Response times and outcomes of the caller's organisation, per panel and month, beside the e-mail baseline.",
  from: ['gateway'],
  who: { members: ['programme-lead'] },
  request: z.strictObject({ from: month, to: month, panelId: id.optional() }),
  reply: z.strictObject({
    asOf: instant,
    rows: z.array(
      z.strictObject({
        panelId: id.nullable().describe('The lead panel; null for questions to people only.'),
        month,
        figures,
      }),
    ),
    total: figures,
    followUps: z
      .array(
        z.strictObject({
          day: followUpDay,
          answered: proportion.describe('Answered, of all asked.'),
          adviceFollowed: proportion.describe('Wholly, of all answered.'),
          advicePartlyFollowed: proportion.describe('In part, of all answered.'),
          referredAnyway: proportion.describe('Of all answered.'),
          unplannedAttendance: proportion.describe('Of all answered.'),
          wellOrImproved: proportion.describe('Of all answered whose outcome is known.'),
          worse: proportion.describe('Of all answered whose outcome is known.'),
        }),
      )
      .describe('What became of children, 30 and 90 days after the close.'),
    baseline: z
      .strictObject({
        name: z.string(),
        threads: z.int(),
        answered: z.int(),
        elapsedMinutes: median,
        withinOneWorkingDay: proportion.describe(
          'Answered by the same time on the next weekday (Europe/London, bank holidays not left out), of all answered or due.',
        ),
        referralsAvoided: proportion.describe('Avoided, of those avoided or made.'),
      })
      .nullable()
      .describe("The e-mail line that the caller's organisation imported last."),
    comparison: z.array(z.string()).describe('The comparison in sentences, each with its denominators.'),
  }),
});

export const importBaseline = request('metrics', 'import-baseline', {
  summary:
    'Imports an e-mail advice line as the baseline, from CSV with the columns asked_at, answered_at, referral. All lines or none; replaces the baseline of the same name.',
  from: ['gateway'],
  who: { members: ['programme-lead'] },
  request: z.strictObject({
    name: line(100),
    csv: z
      .string()
      .refine(
        (value) => new TextEncoder().encode(JSON.stringify(value)).length <= csvBytes,
        `The file is too large. Import at most ${String(csvBytes / 1_000)} kB: about 18,000 lines.`,
      )
      .describe(
        'Header asked_at, answered_at, referral, in any order. Times with their offset, such as 2025-03-04T09:30Z; answered_at may be empty; referral is avoided, made, none or unknown.',
      ),
  }),
  reply: z.strictObject({ imported: z.int() }),
});
