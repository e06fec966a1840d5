import { z } from 'zod';
import { ageBand, id, instant, line, priority, text } from '../fields.js';
import { templateAnswered } from './templates.js';
import { knownResult, listedUnits, unitCodes } from './units.js';

const number = z.number().min(-1_000_000).max(1_000_000);

const range = z
  .strictObject({ low: number.optional(), high: number.optional() })
  .refine(({ low, high }) => low === undefined || high === undefined || low <= high, {
    path: ['high'],
    message: 'Let the range end no lower than it begins.',
  });

/** One result. The units of well-known ones are checked: a CRP in mmol/L is a mistake that changes what is advised. */
export const caseResult = z
  .strictObject({
    name: line(80).describe('What was measured, for instance CRP.'),
    value: z.union([number, line(60)]).describe('A number, or words such as "positive" or "<5".'),
    unit: z
      .enum(unitCodes, 'Choose one of the units that the form lists; they are UCUM codes.')
      .optional()
      .describe('UCUM code. A number of a well-known result needs one that fits it.'),
    range: range.optional().describe('Reference range, in the same unit.'),
    taken: line(60).optional().describe('When, as an interval such as "day 3"; never a date.'),
  })
  .superRefine(({ name, value, unit }, context) => {
    const known = knownResult(name);
    if (!known || (unit === undefined && typeof value !== 'number')) return;
    if (unit !== undefined && known.units.includes(unit)) return;
    const message = `Give ${known.names[0]} in ${listedUnits(known.units)}.`;
    context.addIssue({ code: 'custom', path: ['unit'], message });
  });

/** By whose consent a case is shared, and whether pictures may be. Both as the asker was told. */
export const caseConsent = z.strictObject({
  sharing: z
    .enum(['patient', 'parent-or-carer'])
    .describe('Who agreed to sharing the anonymised case: the patient, or a parent or carer for them.'),
  photographs: z
    .enum(['given', 'not-given'])
    .default('not-given')
    .describe('Whether they agreed to photographs.'),
});

/** What the asker writes. Limits are the ones a client can read from the API before anything is typed. */
export const caseContent = z.strictObject({
  question: text(4_000).describe('The clinical question, in one or a few sentences.'),
  history: text(20_000).describe('History, without anything that identifies the child.'),
  examination: text(10_000).optional().describe('What was found on examination.'),
  results: z
    .array(caseResult)
    .max(40, 'Give at most 40 results; leave out those that do not matter for the question.')
    .default([])
    .describe('Results of tests and measurements.'),
  medication: text(4_000).optional().describe('What the child takes, with doses.'),
  specialty: line(80).optional().describe('The specialty the question is for, for instance dermatology.'),
  ageBand,
  sex: z.enum(['female', 'male', 'not-relevant']),
  intendedAction: z
    .enum(['refer', 'not-refer', 'unsure'])
    .describe('What the asker was about to do; needed to measure avoided referrals.'),
  priority,
  referralAllowed: z.boolean().default(false).describe('May the advice end as a referral?'),
  consent: caseConsent,
});

/** The content as readers get it. What was not given is null, also in cases from before there was a place for it. */
export const caseContentRead = caseContent.extend({
  question: z.string(),
  history: z.string(),
  examination: z.string().nullable(),
  results: z.array(
    z.strictObject({
      name: z.string(),
      value: z.union([z.number(), z.string()]),
      unit: z.string().optional(),
      range: z.strictObject({ low: z.number().optional(), high: z.number().optional() }).optional(),
      taken: z.string().optional(),
    }),
  ),
  medication: z.string().nullable(),
  specialty: z.string().nullable(),
  referralAllowed: z.boolean(),
  consent: caseConsent
    .extend({ photographs: z.enum(['given', 'not-given']), recordedBy: id, recordedAt: instant })
    .nullable(),
  template: templateAnswered.nullable().describe('Null when the lead panel had no template.'),
});

let schema: Record<string, unknown> | undefined;

/** The content as a JSON Schema, for clients that render and check it before anything is sent. */
export const caseContentSchema = (): Record<string, unknown> =>
  (schema ??= { ...z.toJSONSchema(caseContent, { io: 'input' }) });

export type CaseContent = z.output<typeof caseContent>;
export type CaseContentRead = z.output<typeof caseContentRead>;
