import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id, instant, line, text } from '../fields.js';

/** Names of fields and codes, such that none is anything to JavaScript or a path. */
const fieldName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9]{0,39}$/, 'Name fields by up to 40 letters and digits, the first a small letter.')
  .refine((name) => !(name in {}), 'This name is taken. Choose another one.');
const flagCode = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'Write codes as up to 40 small letters, digits and hyphens, the first a letter.',
  )
  .refine((code) => !(code in {}), 'This code is taken. Choose another one.');

const shown = { title: line(200), description: text(1_000).optional() };
const choices = z
  .array(line(100))
  .min(1)
  .max(50)
  .refine((given) => new Set(given).size === given.length, 'Name each choice once.');
const bound = z.number().min(-1_000_000_000).max(1_000_000_000).optional();
const inOrder = <Field extends { minimum?: number | undefined; maximum?: number | undefined }>({
  minimum,
  maximum,
}: Field): boolean => minimum === undefined || maximum === undefined || minimum <= maximum;
const notInOrder = { path: ['maximum'], message: 'Let the maximum be no less than the minimum.' };
const maxLength = z.int().min(1).max(4_000).default(1_000);

/** One question of a template: what any client can render, and nothing that could be made to run or loop. */
const templateField = z.union([
  z.strictObject({ type: z.literal('string'), ...shown, enum: choices }).describe('One of some choices.'),
  z.strictObject({ type: z.literal('string'), ...shown, maxLength }).describe('Words.'),
  z
    .strictObject({ type: z.literal(['number', 'integer']), ...shown, minimum: bound, maximum: bound })
    .refine(inOrder, notInOrder),
  z.strictObject({ type: z.literal('boolean'), ...shown }),
  z
    .strictObject({
      type: z.literal('array'),
      ...shown,
      items: z.strictObject({ type: z.literal('string'), enum: choices }),
      uniqueItems: z.literal(true).default(true),
    })
    .describe('Any of some choices.'),
]);

/** Words that all answers together may hold, so that a case fits into one message. */
const mostWords = 20_000;

/**
 * The questions of a template: a JSON Schema (2020-12) of a flat object. References, patterns and nesting are left
 * out: any client can render what is left, and a hostile schema has nothing to hurt with.
 */
export const templateSchema = z
  .strictObject({
    type: z.literal('object'),
    title: line(200).optional(),
    properties: z
      .record(fieldName, templateField)
      .refine((fields) => Object.keys(fields).length <= 40, 'Ask at most 40 questions.'),
    required: z
      .array(fieldName)
      .max(40)
      .refine((names) => new Set(names).size === names.length, 'Name each field once.')
      .default([]),
    additionalProperties: z.literal(false).default(false),
  })
  .superRefine(({ properties, required }, context) => {
    for (const [place, name] of required.entries()) {
      if (Object.hasOwn(properties, name)) continue;
      const message = 'There is no such field among the properties.';
      context.addIssue({ code: 'custom', path: ['required', place], message });
    }
    const words = Object.values(properties).reduce(
      (sum, field) => sum + ('maxLength' in field ? field.maxLength : 0),
      0,
    );
    if (words > mostWords) {
      const message = `Let the answers be shorter: at most ${String(mostWords)} characters in all.`;
      context.addIssue({ code: 'custom', path: ['properties'], message });
    }
  });

/** Asked before anything else; a "yes" is no case but a telephone call. */
export const redFlag = z.strictObject({ code: flagCode, question: line(300) });

const redFlagQuestions = z
  .array(redFlag)
  .max(20, 'Ask at most 20 red-flag questions, or they will not be read.')
  .refine((flags) => new Set(flags.map(({ code }) => code)).size === flags.length, 'Use each code once.');

/** What a panel asks of a case beside what every case tells. A published version never changes. */
export const template = z.strictObject({
  panelId: id,
  version: z.int().describe('From 1; each publication is a new one.'),
  fields: templateSchema,
  redFlags: redFlagQuestions,
  publishedBy: id,
  publishedAt: instant,
});

export const publishTemplate = request('cases', 'publish-template', {
  summary:
    "Publishes a new version of what a panel asks: questions and red flags. The panel's lead and its organisation's administrator may. The same again is no new version.",
  from: ['gateway'],
  who: { members: ['specialist', 'organisation-admin'] },
  request: z.strictObject({
    commandId,
    panelId: id,
    fields: templateSchema,
    redFlags: redFlagQuestions.default([]),
    expectedVersion: z.int().min(1).optional().describe('Refused when another version was published since.'),
  }),
  reply: template,
});

export const getTemplate = request('cases', 'template', {
  summary: 'What a panel asks of a case: the current version, or an earlier one.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ panelId: id, version: z.int().min(1).max(1_000_000).optional() }),
  reply: template,
});

/** Answers by the names of a template's fields; what they must be is the template's to say. */
const answers = z
  .record(fieldName, z.union([text(4_000), z.number(), z.boolean(), z.array(line(100)).max(50)]))
  .refine((given) => Object.keys(given).length <= 40, 'A template has at most 40 fields.');

/** Answers to the template of the lead panel, and to which version of it. */
export const templateAnswers = z.strictObject({ version: z.int().min(1).max(1_000_000), answers });

/** Answers to the red-flag questions of the lead panel. */
export const redFlagAnswers = z
  .record(flagCode, z.boolean())
  .refine((given) => Object.keys(given).length <= 20, 'There are at most 20 red-flag questions.');

/** What a case tells of a template: the version it was answered by can be read as long as the case is there. */
export const templateAnswered = z.strictObject({
  panelId: id,
  version: z.int(),
  answers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
  redFlags: z.record(z.string(), z.boolean()),
});

export type Template = z.output<typeof template>;
export type TemplateSchema = z.output<typeof templateSchema>;
export type TemplateAnswers = z.output<typeof templateAnswers>;
export type RedFlagAnswers = z.output<typeof redFlagAnswers>;
export type TemplateAnswered = z.output<typeof templateAnswered>;
