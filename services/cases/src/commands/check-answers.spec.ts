import { describe, expect, it } from '@jest/globals';
import { templateSchema, type TemplateAnswers, type TemplateSchema } from '@definitivedx/contracts';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { TemplateRow } from '../data/templates.js';
import { checkAnswers } from './check-answers.js';

const name = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/).filter((one) => !(one in {}));
/** Words that would end a string, a comment or a statement in code that is made of them. */
const words = fc
  .oneof(
    fc.constantFrom('"];throw 1;//', "');process.exit(1)//", '`${1}`', '*/throw 1/*', '\\', '__proto__'),
    fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  )
  // What a line may hold: everything else is refused before.
  .filter((text) => text.trim() !== '' && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text));
const bounds = fc
  .tuple(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.double({ noNaN: true, min: -1e9, max: 1e9 }))
  .map(([one, other]) => ({ minimum: Math.min(one, other), maximum: Math.max(one, other) }));
const choices = fc.uniqueArray(words, { minLength: 1, maxLength: 5 });
const field = fc.oneof(
  fc.record({ type: fc.constant('string'), title: words, enum: choices }),
  fc.record({
    type: fc.constant('string'),
    title: words,
    description: words,
    maxLength: fc.integer({ min: 1, max: 400 }),
  }),
  fc
    .tuple(fc.constantFrom('number', 'integer'), words, bounds)
    .map(([type, title, of]) => ({ type, title, ...of })),
  fc.record({ type: fc.constant('boolean'), title: words }),
  fc.record({
    type: fc.constant('array'),
    title: words,
    items: choices.map((of) => ({ type: 'string', enum: of })),
  }),
);
const schemas = fc
  .dictionary(name, field, { maxKeys: 8, noNullPrototype: true })
  .map((properties) => ({ type: 'object', properties, required: Object.keys(properties).slice(0, 2) }));
const answers = fc.dictionary(
  name,
  fc.oneof(words, fc.double({ noNaN: true }), fc.boolean(), fc.array(words, { maxLength: 4 })),
  { maxKeys: 8, noNullPrototype: true },
);

const templateOf = (fields: TemplateSchema): TemplateRow => ({
  panelId: v7(),
  version: 1,
  fields,
  redFlags: [],
  publishedBy: v7(),
  publishedAt: new Date(),
});

describe('answers to a template', () => {
  it('are taken or refused with the places named, whatever schema was let through', () => {
    fc.assert(
      fc.property(schemas, answers, (schema, given) => {
        const template = templateOf(templateSchema.parse(schema));
        try {
          checkAnswers(template, { version: 1, answers: given });
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-input' });
          const { issues } = error as { issues: { path: string; message: string }[] };
          expect(issues.length).toBeGreaterThan(0);
          for (const { path, message } of issues) {
            expect(path).toMatch(/^template\.answers\.[a-z][a-zA-Z0-9]*(\.\d+)?$/);
            expect(message.length).toBeLessThanOrEqual(300);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('that answer each question as it asks are taken', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        const parsed = templateSchema.parse(schema);
        const right = Object.entries(parsed.properties).map(([key, of]) => {
          if (of.type === 'boolean') return [key, true];
          if (of.type === 'array') return [key, of.items.enum];
          if (of.type === 'string') return [key, 'enum' in of ? of.enum[0] : 'x'];
          const least = of.minimum ?? 0;
          return [key, of.type === 'integer' ? Math.ceil(least) : least];
        });
        // A range between two whole numbers has no answer.
        const impossible = Object.values(parsed.properties).some(
          (of) => of.type === 'integer' && 'minimum' in of && Math.ceil(of.minimum ?? 0) > (of.maximum ?? 0),
        );
        if (impossible) return;
        const given = Object.fromEntries(right) as TemplateAnswers['answers'];
        expect(() => {
          checkAnswers(templateOf(parsed), { version: 1, answers: given });
        }).not.toThrow();
      }),
      { numRuns: 100 },
    );
  });
});
