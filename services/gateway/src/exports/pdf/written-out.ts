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

/** So many characters at most stand without a place where a line may end. */
const longestRun = 80;

/**
 * A text in characters that can be drawn, in the order in which they were written. What cannot be drawn does not vanish: it
 * stands there as its number, such as [U+1F600], neighbours in one pair of brackets. Spaces of any width become one. What
 * goes on and on without a place where a line may end gets ends of lines: pdfkit measures all of the rest for each line.
 */
export function writtenOut(text: string, canDraw: (codePoint: number) => boolean): string {
  const lines = new Lines();
  let numbers: string[] = [];
  const close = (): void => {
    for (const [place, number] of numbers.entries()) {
      if (place > 0) lines.add(' ');
      lines.add(`${place === 0 ? '[' : ''}${number}${place === numbers.length - 1 ? ']' : ''}`);
    }
    numbers = [];
  };
  for (const character of text.toWellFormed().normalize('NFC').replaceAll(/\r\n?/g, '\n')) {
    const drawn = drawnAs(character, canDraw);
    if (drawn === undefined) numbers.push(numberOf(character));
    else {
      close();
      lines.add(drawn);
    }
  }
  close();
  return lines.written;
}

// Unicode (UAX 14) lets no line end before most signs, nor after what opens a bracket, whatever spaces are between.
const beginsWord = /^[\p{L}\p{N}]/u;
const opens = /[\p{Ps}¡¿]$/u;

/** Puts a text together, and ends a line where a run without a place for it grows too long. */
class Lines {
  written = '';
  private run = 0;
  private isSpaced = false;
  private isOpened = false;

  /** Adds what is not to be torn apart. */
  add(part: string): void {
    if (part === '\n') this.run = -1;
    else if (this.isSpaced && !this.isOpened && beginsWord.test(part)) this.run = 0;
    else if (this.run + part.length > longestRun) {
      this.written += '\n';
      this.run = 0;
    }
    this.written += part;
    this.run += part.length;
    // Kept, not looked up: looking into a long text that still grows costs its length each time.
    this.isSpaced = part.trim() === '';
    if (!this.isSpaced) this.isOpened = opens.test(part);
  }
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
