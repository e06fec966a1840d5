import { describe, expect, it } from '@jest/globals';
import { create } from 'fontkit';
import fc from 'fast-check';
import { canDraw, fonts } from './fonts.js';
import { writtenOut } from './written-out.js';

const written = (text: string): string => writtenOut(text, canDraw);

describe('a text in the characters of the typeface', () => {
  it.each([
    ['as it is', 'Temp ≥ 38.5 °C, 15 µg/kg, café, Ω, Привет', 'Temp ≥ 38.5 °C, 15 µg/kg, café, Ω, Привет'],
    ['an emoji', 'well 😀.', 'well [U+1F600].'],
    ['an emoji of several characters', '👩‍⚕️', '[U+1F469 U+200D U+2695 U+FE0F]'],
    ['right to left, in the order written', 'a שלום b', 'a [U+05E9 U+05DC U+05D5 U+05DD] b'],
    ['an override of direction', 'abc\u202Edef', 'abc[U+202E]def'],
    ['something of no width', 'a\u200Bb', 'a[U+200B]b'],
    ['half a character', 'a\uD800b', 'a\uFFFDb'],
    ['a control character', 'a\u0007b', 'a[U+0007]b'],
    ['arrows and ticks', 'HR ↑ → IV ✓', 'HR [up] -> IV [tick]'],
    ['raised and lowered figures', '×10⁹/L, m², CO₂', '×10^9/L, m², CO2'],
    ['an accent apart from its letter', 'cafe\u0301', 'café'],
    ['ends of lines', 'a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['spaces of other widths', 'a\u00A0b\u2009c\u3000d', 'a b c d'],
  ])('%s', (_what, text, expected) => {
    expect(written(text)).toBe(expected);
  });

  it('gives a line an end where there is no place for one, and nowhere else', () => {
    const word = 'x'.repeat(200);
    expect(written(`see ${word} there`)).toBe(
      `see ${'x'.repeat(80)}\n${'x'.repeat(80)}\n${'x'.repeat(40)} there`,
    );
    for (const text of ['x'.repeat(80), 'Fine words, and more (in brackets). '.repeat(50), 'x\n'.repeat(90)])
      expect(written(text)).toBe(text);
    for (const unit of ['! ', '( ', ' ', '-', '(a) ', '✓ ', '😀!']) {
      const runs = written(unit.repeat(5_000)).split(/\n|(?<=[^\p{Ps}\s] +)(?=[\p{L}\p{N}])/u);
      expect(Math.max(...runs.map(({ length }) => length))).toBeLessThanOrEqual(90);
    }
  });

  it('is nothing but what can be drawn, and nothing of the text is lost', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, (text) => {
        const result = written(text);
        for (const character of result) {
          expect(character === '\n' || canDraw(character.codePointAt(0)!)).toBe(true);
        }
        const numbers = [...result.matchAll(/U\+([0-9A-F]{4,6})/g)].map(([, digits]) =>
          parseInt(digits!, 16),
        );
        const lost = Array.from(text.normalize('NFC')).filter(
          (character) => !result.includes(character) && !numbers.includes(character.codePointAt(0)!),
        );
        // Ends of lines, tabs and spaces become those there are; some signs are spelled.
        expect(lost.every((character) => /[\s⁰¹²³⁴-⁹₀-₉←-↔⇒✓✔✗✘]/.test(character))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

it('both weights of the typeface draw the same characters', () => {
  const [regular, bold] = [create(fonts.regular), create(fonts.bold)];
  expect(new Set(bold.characterSet)).toEqual(new Set(regular.characterSet));
});
