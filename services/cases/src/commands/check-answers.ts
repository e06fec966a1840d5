import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TemplateAnswers } from '@definitivedx/contracts';
import { invalidInput, type Issue } from '@definitivedx/errors';
import type { TemplateRow } from '../data/templates.js';

/** Compiled templates; a published version never changes, so that the oldest can go when there are too many. */
const compiled = new Map<string, ValidateFunction>();
const mostCompiled = 200;

/**
 * Refuses answers that are not what a template asks for, naming each field.
 * @param template out of the database, where only what passed `templateSchema` gets: it is compiled to code
 * @throws AppError `invalid-input`
 */
export function checkAnswers(template: TemplateRow, { answers }: TemplateAnswers): void {
  const validate = validatorOf(template);
  if (validate(answers)) return;
  const issues = (validate.errors ?? []).flatMap(issueOf);
  throw invalidInput("These answers are not what the panel's form asks for.", issues);
}

function validatorOf({ panelId, version, fields }: TemplateRow): ValidateFunction {
  const key = `${panelId} ${String(version)}`;
  const known = compiled.get(key);
  if (known) return known;
  // One instance each, because an instance keeps whatever it ever compiled. `ownProperties` keeps it from looking at
  // what every object inherits; all errors are a few, since fields are. That it is a good schema was seen when it came.
  const ajv = new Ajv({
    allErrors: true,
    ownProperties: true,
    strict: true,
    meta: false,
    validateSchema: false,
  });
  const validate = ajv.compile(fields);
  const [oldest] = compiled.keys();
  if (compiled.size >= mostCompiled && oldest !== undefined) compiled.delete(oldest);
  compiled.set(key, validate);
  return validate;
}

function issueOf({ instancePath, keyword, params }: ErrorObject): Issue[] {
  const at = (name?: string): string =>
    ['template.answers', ...instancePath.split('/').slice(1), ...(name === undefined ? [] : [name])].join(
      '.',
    );
  const value = (name: string): string => String((params as Record<string, unknown>)[name]);
  switch (keyword) {
    case 'required':
      return [{ path: at(value('missingProperty')), message: 'Please answer this.' }];
    case 'additionalProperties':
      return [
        { path: at(value('additionalProperty')), message: 'The form has no such field. Leave it out.' },
      ];
    case 'enum':
      return [{ path: at(), message: `Choose one of: ${listed(params['allowedValues'])}.`.slice(0, 300) }];
    case 'maxLength':
      return [{ path: at(), message: `Use at most ${value('limit')} characters.` }];
    case 'minimum':
      return [{ path: at(), message: `Give ${value('limit')} or more.` }];
    case 'maximum':
      return [{ path: at(), message: `Give ${value('limit')} or less.` }];
    case 'uniqueItems':
      return [{ path: at(), message: 'Name each choice once.' }];
    case 'type':
      return [{ path: at(), message: inWords[value('type')] ?? 'This is of the wrong kind.' }];
    default:
      return [{ path: at(), message: 'This is not what the form asks for.' }];
  }
}

const listed = (values: unknown): string => (Array.isArray(values) ? values.map(String).join(', ') : '');

const inWords: Readonly<Record<string, string>> = {
  string: 'Answer this in words.',
  number: 'Answer this with a number.',
  integer: 'Answer this with a whole number.',
  boolean: 'Answer this with true or false.',
  array: 'Answer this with a list of choices.',
};
