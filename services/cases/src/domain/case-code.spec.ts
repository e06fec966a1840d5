import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codeAlphabet, readCaseCode } from './case-code.js';

const symbol = fc.constantFrom(...Array.from(codeAlphabet));
const payload = fc.array(symbol, { minLength: 7, maxLength: 7 });

/** The code of seven symbols: there is one check symbol that makes it right. */
function codeOf(symbols: readonly string[]): string {
  const right = Array.from(codeAlphabet).filter((check) => readCaseCode([...symbols, check].join('')));
  expect(right).toHaveLength(1);
  return [...symbols, ...right].join('');
}
const written = (symbols: string): string => `DX-${symbols.slice(0, 4)}-${symbols.slice(4)}`;
const isCode = (symbols: string): boolean => readCaseCode(symbols) !== undefined;

describe('a case code', () => {
  it('shows every mistake in one symbol', () => {
    fc.assert(
      fc.property(payload, (symbols) => {
        const code = codeOf(symbols);
        for (const place of Array.from(code).keys()) {
          for (const other of codeAlphabet) {
            const mistaken = code.slice(0, place) + other + code.slice(place + 1);
            expect(isCode(mistaken)).toBe(other === code[place]);
          }
        }
      }),
    );
  });

  // Whether an exchange shows depends on the two symbols and their places alone: the check is linear.
  it('shows every exchange of two symbols, neighbours or not, for all pairs of symbols and places', () => {
    for (let first = 0; first < 8; first += 1) {
      for (let second = first + 1; second < 8; second += 1) {
        for (const a of codeAlphabet) {
          for (const b of codeAlphabet) {
            if (a === b) continue;
            const symbols = Array.from({ length: 8 }, () => '0');
            [symbols[first], symbols[second]] = [a, b];
            const free = [0, 1, 2].find((place) => place !== first && place !== second)!;
            const filler = Array.from(codeAlphabet).find((each) => {
              symbols[free] = each;
              return isCode(symbols.join(''));
            });
            expect(filler).toBeDefined();
            [symbols[first], symbols[second]] = [b, a];
            if (isCode(symbols.join('')))
              throw new Error(`${a} and ${b} at ${String(first)}, ${String(second)}`);
          }
        }
      }
    }
  });

  it('shows every exchange of neighbours, the check symbol included', () => {
    fc.assert(
      fc.property(payload, (symbols) => {
        const code = codeOf(symbols);
        for (let place = 0; place < 7; place += 1) {
          const [one, other] = [code.charAt(place), code.charAt(place + 1)];
          const exchanged = code.slice(0, place) + other + one + code.slice(place + 2);
          expect(isCode(exchanged)).toBe(one === other);
        }
      }),
    );
  });

  it('is read as people type it', () => {
    fc.assert(
      fc.property(
        payload,
        fc.boolean(),
        fc.constantFrom('', ' ', '-', ' – '),
        (symbols, prefixed, between) => {
          const code = codeOf(symbols);
          const confused = code.replaceAll('0', 'o').replaceAll('1', 'l').toLowerCase();
          const typed = ` ${prefixed ? 'dx' : ''}${between}${confused.slice(0, 4)}${between}${confused.slice(4)} `;
          expect(readCaseCode(typed)).toBe(written(code));
          expect(readCaseCode(written(code))).toBe(written(code));
        },
      ),
    );
  });

  it.each([
    '',
    'DX',
    'DX-7K3M',
    'DX-7K3M-9PQ4-0',
    '7K3M9PQ*',
    'UUUUUUUU',
    'ÄÄÄÄÄÄÄÄ',
    'DXDX7K3M9PQ4',
    'ⅠⅠⅠⅠⅠⅠⅠⅠ',
  ])('is not %j', (typed) => {
    expect(readCaseCode(typed)).toBeUndefined();
  });
});
