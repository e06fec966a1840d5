import { longestScimFilter } from '@definitivedx/contracts';
import { refusal, type ScimType } from './refusal.js';

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type Value = string | number | boolean | null;

/** A filter of RFC 7644, section 3.4.2.2. Attribute paths are in small letters, without the URN of a schema. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'not'; readonly filter: Filter }
  | { readonly op: 'pr'; readonly path: string }
  | { readonly op: Comparison; readonly path: string; readonly value: Value }
  /** A value of a multi-valued attribute that all of `filter` holds for. */
  | { readonly op: 'has'; readonly path: string; readonly filter: Filter };

/** What a change is about: an attribute, or the values of one that a filter picks, or a part of it. */
export interface Path {
  readonly attribute: string;
  readonly filter?: Filter;
  readonly sub?: string;
}

const deepest = 16;
const mostTerms = 100;
const comparisons: readonly string[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];

/** Strings are JSON's. Attribute paths may begin with the URN of their schema, which has dots and colons in it. */
const token =
  /\s*(?:(?<sign>[()[\]])|(?<string>"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.:$-]))|(?<word>[A-Za-z][\w.:$-]*)|(?<rest>\.[A-Za-z][\w$-]*))/y;

interface Token {
  readonly kind: 'sign' | 'string' | 'number' | 'word' | 'rest';
  readonly text: string;
}

function tokensOf(text: string, type: ScimType): Token[] {
  if (text.length > longestScimFilter)
    throw refusal(type, `Use at most ${String(longestScimFilter)} characters.`);
  const tokens: Token[] = [];
  let at = 0;
  const end = text.trimEnd().length;
  while (at < end) {
    token.lastIndex = at;
    const found = token.exec(text);
    const [kind, value] = Object.entries(found?.groups ?? {}).find(([, part]) => part !== undefined) ?? [];
    if (!found || kind === undefined || value === undefined)
      throw refusal(type, `It cannot be understood from character ${String(at + 1)} on.`);
    tokens.push({ kind: kind as Token['kind'], text: value });
    at = token.lastIndex;
  }
  return tokens;
}

/** An attribute's path in small letters; the URN of its schema ends at the last colon. */
const plain = (path: string): string => path.slice(path.lastIndexOf(':') + 1).toLowerCase();

class Parser {
  private at = 0;
  private terms = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly type: ScimType,
  ) {}

  whole(): Filter {
    const filter = this.either(0);
    if (this.at < this.tokens.length) throw this.wrong('Join conditions with "and" or "or".');
    return filter;
  }

  path(): Path {
    const attribute = plain(this.next('word', 'Begin with the name of an attribute.'));
    if (!this.isSign('[')) {
      this.finished();
      const [first = '', ...others] = attribute.split('.');
      if (others.length > 1) throw this.wrong('A path has one dot at most.');
      return others[0] === undefined ? { attribute: first } : { attribute: first, sub: others[0] };
    }
    if (attribute.includes('.')) throw this.wrong('A filter in a path follows the name of an attribute.');
    this.at += 1;
    const filter = this.either(1);
    this.close(']');
    const sub =
      this.tokens[this.at]?.kind === 'rest' ? this.tokens[this.at]?.text.slice(1).toLowerCase() : undefined;
    if (sub !== undefined) this.at += 1;
    this.finished();
    return { attribute, filter, ...(sub !== undefined && { sub }) };
  }

  private either(depth: number): Filter {
    let left = this.both(depth);
    while (this.isWord('or')) {
      this.at += 1;
      left = { op: 'or', left, right: this.both(depth) };
    }
    return left;
  }

  private both(depth: number): Filter {
    let left = this.term(depth);
    while (this.isWord('and')) {
      this.at += 1;
      left = { op: 'and', left, right: this.term(depth) };
    }
    return left;
  }

  private term(depth: number): Filter {
    if (depth > deepest) throw this.wrong(`Nest conditions at most ${String(deepest)} deep.`);
    this.terms += 1;
    if (this.terms > mostTerms) throw this.wrong(`Use at most ${String(mostTerms)} conditions.`);
    if (this.isWord('not') && this.tokens[this.at + 1]?.text === '(') {
      this.at += 1;
      return { op: 'not', filter: this.grouped(depth) };
    }
    if (this.isSign('(')) return this.grouped(depth);
    const path = plain(this.next('word', 'Name an attribute.'));
    if (this.isSign('[')) {
      this.at += 1;
      const filter = this.either(depth + 1);
      this.close(']');
      return { op: 'has', path, filter };
    }
    const op = this.next('word', 'Name an operator, such as eq.').toLowerCase();
    if (op === 'pr') return { op, path };
    if (!comparisons.includes(op)) throw this.wrong('There is no such operator.');
    return { op: op as Comparison, path, value: this.value() };
  }

  private grouped(depth: number): Filter {
    this.at += 1;
    const filter = this.either(depth + 1);
    this.close(')');
    return filter;
  }

  private value(): Value {
    const found = this.tokens[this.at];
    this.at += 1;
    if (found?.kind === 'string' || found?.kind === 'number') return this.json(found.text);
    const words: Readonly<Record<string, Value>> = { true: true, false: false, null: null };
    const word = found?.kind === 'word' ? found.text.toLowerCase() : '';
    if (Object.hasOwn(words, word)) return words[word] ?? null;
    throw this.wrong('Compare with a text in quotation marks, a number, true, false or null.');
  }

  private json(text: string): Value {
    try {
      const value = JSON.parse(text) as Value;
      if (typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed()))
        throw this.wrong('A text has a character in it that cannot be looked for.');
      return value;
    } catch {
      throw this.wrong('A text is not written as in JSON.');
    }
  }

  private next(kind: Token['kind'], otherwise: string): string {
    const found = this.tokens[this.at];
    if (found?.kind !== kind) throw this.wrong(otherwise);
    this.at += 1;
    return found.text;
  }

  private close(sign: ')' | ']'): void {
    if (!this.isSign(sign)) throw this.wrong(`A bracket is not closed by ${sign}`);
    this.at += 1;
  }

  private finished(): void {
    if (this.at < this.tokens.length)
      throw this.wrong('Something follows the path that does not belong there.');
  }

  private isSign(sign: string): boolean {
    const found = this.tokens[this.at];
    return found?.kind === 'sign' && found.text === sign;
  }

  private isWord(word: string): boolean {
    const found = this.tokens[this.at];
    return found?.kind === 'word' && found.text.toLowerCase() === word;
  }

  private wrong(message: string): Error {
    return refusal(this.type, message);
  }
}

/** Reads a filter. @throws AppError `invalid-input` with `invalidFilter` */
export const parseFilter = (text: string): Filter => {
  const tokens = tokensOf(text, 'invalidFilter');
  if (tokens.length === 0) throw refusal('invalidFilter', 'The filter is empty. Leave it out instead.');
  return new Parser(tokens, 'invalidFilter').whole();
};

/** Reads the path of a change. @throws AppError `invalid-input` with `invalidPath` */
export const parsePath = (text: string): Path =>
  new Parser(tokensOf(text, 'invalidPath'), 'invalidPath').path();
