import type { RedFlagAnswers, Template, TemplateAnswers } from '@definitivedx/contracts';
import { AppError, conflict, invalidInput, type Issue } from '@definitivedx/errors';

/** Red flags that were answered with yes, by their codes. */
export const saidYes = (redFlags: RedFlagAnswers): readonly string[] =>
  Object.keys(redFlags).filter((code) => redFlags[code] === true);

/**
 * What is said instead of making a case of an emergency.
 * @param phone of the panel; null when there is none to call
 */
export function emergency(codes: readonly string[], phone: string | null): AppError {
  const call = phone === null ? 'Call 999 or your local paediatric team' : `Call ${phone}`;
  return new AppError(
    'emergency',
    `This child may need help at once, and nobody reads a case that fast. ${call} now; no case was made.`,
    { issues: codes.map((code) => ({ path: `redFlags.${code}`, message: `${call} now.` })) },
  );
}

/**
 * Refuses a case that does not answer the form of its lead panel as it is now: every red flag with no, and to the
 * version in force. What the answers must be is the schema's matter.
 * @param template of the lead panel; undefined when it has none
 * @throws AppError `conflict` when the form has changed, `invalid-input` naming what is missing or unknown
 */
export function checkForm(
  template: Pick<Template, 'version' | 'fields' | 'redFlags'> | undefined,
  given: { readonly redFlags: RedFlagAnswers; readonly template?: TemplateAnswers | undefined },
): void {
  if (template === undefined) {
    if (given.template !== undefined || Object.keys(given.redFlags).length > 0) throw changed();
    return;
  }
  if (given.template !== undefined && given.template.version !== template.version) throw changed();
  const asked = new Set(template.redFlags.map(({ code }) => code));
  const issues: Issue[] = [
    ...template.redFlags
      .filter(({ code }) => !Object.hasOwn(given.redFlags, code))
      .map(({ code, question }) => ({ path: `redFlags.${code}`, message: `Answer this first: ${question}` })),
    ...Object.keys(given.redFlags)
      .filter((code) => !asked.has(code))
      .map((code) => ({ path: `redFlags.${code}`, message: 'The panel does not ask this. Leave it out.' })),
  ];
  if (given.template === undefined && asksAnything(template)) {
    const message = 'The panel asks questions of its own. Read its form, and answer them.';
    issues.push({ path: 'template', message });
  }
  if (issues.length > 0) throw invalidInput("The panel's form is not complete.", issues);
}

/** A form is withdrawn by publishing one that asks nothing. */
const asksAnything = ({ fields, redFlags }: Pick<Template, 'fields' | 'redFlags'>): boolean =>
  redFlags.length > 0 || Object.keys(fields.properties).length > 0;

const changed = (): AppError =>
  conflict(
    'What this panel asks has changed since you read its form. Please read the form again and answer what is new; what you wrote has not been sent.',
  );
