import type { ReplyOf, getTeaching } from '@definitivedx/contracts';
import { invalidInput } from '@definitivedx/errors';
import { readCaseCode } from './case-code.js';

type Taught = ReplyOf<typeof getTeaching>;

/** Ages at which a band begins, in years, from which on a child counts as this. */
const ages: readonly (readonly [from: number, age: Taught['age']])[] = [
  [10, 'adolescent'],
  [5, 'school age'],
  [1, 'toddler'],
  [0, 'infant'],
];

/** A far coarser age than the band of the case. */
export function coarseAge(ageBand: string): Taught['age'] {
  // "2-5 years" begins with years; bands of days and months are all below one.
  const from = ageBand.endsWith(' years') ? Number.parseInt(ageBand, 10) : 0;
  return ages.find(([begin]) => from >= begin)?.[1] ?? 'infant';
}

const dayMs = 24 * 60 * 60_000;

/** How long a case took, as one would tell it. */
export function durationInWords(from: Date, to: Date): string {
  const days = (to.getTime() - from.getTime()) / dayMs;
  if (days <= 2) return 'a day or two';
  if (days <= 7) return 'some days';
  if (days <= 31) return 'some weeks';
  return 'some months';
}

/** A case code as it is printed; at least one digit, since "Dx" begins many a line of a history. */
const printed = /\bDX[\s\p{Pd}]?(?=[0-9A-Z\s\p{Pd}]*\d)[0-9A-Z]{4}[\s\p{Pd}]?[0-9A-Z]{4}\b/giu;

const bare = (text: string): string =>
  text
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');

/**
 * Refuses teaching texts that hold the code of their case, however it is written, or a printed one of another: by it
 * whoever has the child's record would know it.
 * @param texts by the path of their field
 * @throws AppError `invalid-input` naming the field
 */
export function checkNoCaseCode(texts: Readonly<Record<string, string>>, code: string): void {
  const own = bare(code).slice('DX'.length);
  const issues = Object.entries(texts)
    .filter(
      ([, text]) =>
        bare(text).includes(own) ||
        [...text.matchAll(printed)].some(([found]) => readCaseCode(found) !== undefined),
    )
    .map(([path]) => ({ path, message: 'There is a case code in this text. Please remove it.' }));
  if (issues.length > 0) throw invalidInput('This text leads back to the case.', issues);
}
