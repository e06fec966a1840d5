import { invalidInput, type Issue } from '@definitivedx/errors';

/** A place in a text that may identify a patient. */
export interface Finding {
  readonly kind: string;
  /** Where it begins and ends in the text as it was typed, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/**
 * What in a text may identify a patient. Every text that enters a case passes here, and here alone; it finds nothing
 * yet, because telling identifiers from ordinary clinical language is a library of its own that is still to come.
 */
export function findings(_text: string): readonly Finding[] {
  return [];
}

/**
 * Refuses texts in which something was found, and says where.
 * @param texts by the path of their field in the input, such as `results.0.name`; absent ones are passed over
 * @throws AppError `invalid-input`
 */
export function checkTexts(texts: Readonly<Record<string, string | undefined>>): void {
  const issues: Issue[] = [];
  for (const [path, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    for (const { kind, start, end } of findings(text)) {
      const where = `Characters ${String(start)} to ${String(end)} may identify the patient (${kind}).`;
      issues.push({ path, message: `${where} Remove or replace them.` });
    }
  }
  if (issues.length > 0) throw invalidInput('This text may identify the patient.', issues);
}
