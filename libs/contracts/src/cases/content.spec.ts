import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { caseContent, caseResult } from './content.js';
import { knownResult, knownResults, unitCodes } from './units.js';

const issuesOf = (schema: z.ZodType, value: unknown): { path: string; message: string }[] => {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
};

describe('a result', () => {
  it.each([
    { name: 'CRP', value: 12, unit: 'mg/L' },
    { name: 'c reactive PROTEIN', value: '<5', unit: 'mg/L', range: { high: 5 }, taken: 'day 3' },
    { name: 'Temperature', value: 39.2, unit: 'Cel' },
    { name: 'Urine dipstick', value: 'positive for nitrites' },
    { name: 'CRP', value: 'pending' },
    { name: 'Some rare marker', value: 4 },
    { name: 'Some rare marker', value: 4, unit: 'nmol/L', range: { low: -1, high: 1 } },
  ])('is taken: %j', (given) => {
    expect(issuesOf(caseResult, given)).toEqual([]);
  });

  it.each([
    [{ name: 'CRP', value: 12, unit: 'mmol/L' }, 'unit', 'Give CRP in mg/L or mg/dL.'],
    [{ name: 'Haemoglobin', value: 112 }, 'unit', 'Give Hb in g/L or g/dL.'],
    [{ name: 'temp', value: '39.2', unit: '%' }, 'unit', 'Give Temperature in Cel (°C).'],
    [{ name: 'Bilirubin', value: 250, unit: 'bananas' }, 'unit', /one of the units/],
    [{ name: 'Bilirubin', value: 250, unit: 'constructor' }, 'unit', /one of the units/],
    [{ name: 'X', value: 1, range: { low: 2, high: 1 } }, 'range.high', /no lower/],
    [{ name: 'X', value: 1e300 }, 'value', /./],
    [{ name: '  ', value: 1 }, 'name', /write something/],
  ])('is refused: %j', (given, path, message) => {
    expect(issuesOf(caseResult, given)).toContainEqual({
      path,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('names its place in a case', () => {
    const wrong = [
      { name: 'CRP', value: 1, unit: 'mg/L' },
      { name: 'WCC', value: 9, unit: 'g/L' },
    ];
    expect(issuesOf(caseContent.pick({ results: true }), { results: wrong })).toEqual([
      { path: 'results.1.unit', message: 'Give WCC in 10*9/L (×10⁹/L).' },
    ]);
  });
});

describe('the tables of units and results', () => {
  it('have each unit and each name once', () => {
    expect(new Set(unitCodes).size).toBe(unitCodes.length);
    for (const result of knownResults) {
      for (const name of result.names) expect(knownResult(name)).toBe(result);
    }
  });
});

describe('the content of a case', () => {
  it('needs consent to sharing, and takes none to photographs unless it is said', () => {
    const { consent } = caseContent.shape;
    expect(issuesOf(consent, undefined)).not.toEqual([]);
    expect(consent.parse({ sharing: 'patient' })).toEqual({ sharing: 'patient', photographs: 'not-given' });
  });

  it('can be read as a JSON Schema', () => {
    const schema = z.toJSONSchema(caseContent, { io: 'input' });
    expect(schema.required).toEqual(expect.arrayContaining(['question', 'history', 'ageBand', 'consent']));
    expect(schema.properties?.['question']).toMatchObject({ maxLength: 4_000 });
  });
});
