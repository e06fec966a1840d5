/** Signs that doctors write and the typeface lacks, said in signs that it has. */
const spelled: ReadonlyMap<string, string> = new Map([
  ...Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹', (raised, digit): [string, string] => [raised, `^${String(digit)}`]),
  ...Array.from('₀₁₂₃₄₅₆₇₈₉', (lowered, digit): [string, string] => [lowered, String(digit)]),
  ['←', '<-'],
  ['→', '->'],
  ['↑', '[up]'],
  ['↓', '[down]'],
  ['↔', '<->'],
  ['⇒', '=>'],
  ['✓', '[tick]'],
  ['✔', '[tick]'],
  ['✗', '[cross]'],
  ['✘', '[cross]'],
]);

/** What has no shape of its own and so would be lost, or would change how its neighbours are read. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;

/**
 * A text in characters that can be drawn, in the order in which they were written. What cannot be drawn does not vanish: it
 * stands there as its number, such as [U+1F600], neighbours in one pair of brackets. Spaces of any width become one.
 */
export function writtenOut(text: string, canDraw: (codePoint: number) => boolean): string {
  let written = '';
  let numbers: string[] = [];
  const close = (): void => {
    if (numbers.length > 0) written += `[${numbers.join(' ')}]`;
    numbers = [];
  };
  for (const character of text.toWellFormed().normalize('NFC').replaceAll(/\r\n?/g, '\n')) {
    const drawn = drawnAs(character, canDraw);
    if (drawn === undefined) numbers.push(numberOf(character));
    else {
      close();
      written += drawn;
    }
  }
  close();
  return written;
}

const codePointOf = (character: string): number => character.codePointAt(0) ?? 0;

const numberOf = (character: string): string =>
  `U+${codePointOf(character).toString(16).toUpperCase().padStart(4, '0')}`;

function drawnAs(character: string, canDraw: (codePoint: number) => boolean): string | undefined {
  if (character === '\n') return character;
  if (character === '\t') return '    ';
  if (/\p{Zs}/u.test(character)) return ' ';
  if (!invisible.test(character) && canDraw(codePointOf(character))) return character;
  return spelled.get(character);
}
