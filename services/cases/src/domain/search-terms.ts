import { invalidInput, type AppError } from '@definitivedx/errors';

/** What somebody looks for; all of it has to be in a case. */
export interface SearchTerms {
  /** Words in any order. */
  readonly words: string;
  /** Words one after the other. */
  readonly phrases: readonly string[];
  /** The beginning of a word, of letters and digits alone; with words before it when there was something between. */
  readonly beginnings: readonly (readonly string[])[];
}

/** Shorter ones are the beginning of a large part of all words. */
const shortestBeginning = 3;
const mostTerms = 20;

/**
 * Reads what was typed to search with: words, `"phrases"`, and `beginnings*`. Whatever is typed has a meaning, so that
 * nothing is a syntax error; nothing but letters and digits of a beginning gets into the language of the query.
 * @param path of the field it was typed into
 * @throws AppError `invalid-input` for a beginning that is too short, or too many terms
 */
export function readSearch(typed: string, path = 'words'): SearchTerms {
  const words: string[] = [];
  const phrases: string[] = [];
  const beginnings: string[][] = [];
  for (const [, phrase, term = ''] of typed.matchAll(/["“”]([^"“”]*)["“”]?|([^\s"“”]+)/gu)) {
    if (phrase !== undefined) phrases.push(phrase);
    else if (term.endsWith('*')) beginnings.push([...(term.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])]);
    else words.push(term);
  }
  if (words.length + phrases.length + beginnings.length > mostTerms) {
    throw refused(path, `Look for at most ${String(mostTerms)} words at once.`);
  }
  for (const parts of beginnings) {
    if (Array.from(parts.at(-1) ?? '').length < shortestBeginning) {
      throw refused(path, `Write at least ${String(shortestBeginning)} letters before a *.`);
    }
  }
  return { words: words.join(' '), phrases, beginnings };
}

/** For what holds no word that could be looked for, such as "the" alone. */
export const nothingToLookFor = (): AppError =>
  refused('words', 'Write a word that is not in nearly every text, such as a symptom or a medicine.');

/** For what is in more texts than can be gone through while somebody waits. */
export const tooMuchFound = (): AppError =>
  invalidInput('That is in too many cases to go through now.', [
    { path: 'words', message: 'Narrow the words: add another one, or write out the beginning of a word.' },
  ]);

const refused = (path: string, message: string): AppError =>
  invalidInput('That cannot be searched for.', [{ path, message }]);
