import { invalidInput, toAppError } from '@definitivedx/errors';
import { assertPlainJson } from '../domain/json.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

type Done = (error: Error | null, body?: unknown) => void;

/** Reads a JSON body; the size was limited before. Nothing reaches a handler that `assertPlainJson` would refuse. */
export function parseJson(_request: unknown, body: Buffer, done: Done): void {
  try {
    done(null, body.length === 0 ? undefined : read(body));
  } catch (error) {
    done(toAppError(error));
  }
}

function read(body: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(body));
  } catch {
    // The parser's own message quotes the text around the mistake.
    throw invalidInput('The body is not valid JSON in UTF-8. Please correct its syntax.');
  }
  assertPlainJson(value);
  return value;
}
