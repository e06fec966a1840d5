import { z } from 'zod';
import { request } from '../define.js';
import { id, instant, line } from '../fields.js';

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'Write months as YYYY-MM.');

/** A median with its 95% bootstrap interval; null where there is nothing to measure. */
const median = z.strictObject({
  n: z.int().describe('How many values it is the median of.'),
  median: z.number().nullable(),
  low: z.number().nullable(),
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
  withinTarget: proportion.describe('Answered in time, of all asked whose answer was due or given.'),
  referralsAvoided: proportion.describe('Contemplated and avoided, of all contemplated by the survey.'),
  surveyed: proportion.describe('Closed with a survey, of all closed.'),
});

export const outcomeReport = request('metrics', 'outcome-report', {
  summary:
    "Response times and outcomes of the caller's organisation, per panel and month, beside the e-mail baseline.",
  from: ['gateway'],
  who: { members: ['programme-lead'] },
  request: z.strictObject({ from: month, to: month, panelId: id.optional() }),
  reply: z.strictObject({
    asOf: instant,
    rows: z.array(z.strictObject({ panelId: id, month, figures })),
    total: figures,
    baseline: z
      .strictObject({
        name: z.string(),
        threads: z.int(),
        answered: z.int(),
        elapsedMinutes: median,
        withinOneWorkingDay: proportion,
        referralsAvoided: proportion,
      })
      .nullable(),
    comparison: z.array(z.string()).describe('The comparison in sentences, each with its denominators.'),
  }),
});

export const importBaseline = request('metrics', 'import-baseline', {
  summary:
    'Imports an e-mail advice line as the baseline, from CSV with the columns asked_at, answered_at, referral. All lines or none; replaces the baseline of the same name.',
  from: ['gateway'],
  who: { members: ['programme-lead'] },
  request: z.strictObject({ name: line(100), csv: z.string().max(700_000) }),
  reply: z.strictObject({ imported: z.int() }),
});
