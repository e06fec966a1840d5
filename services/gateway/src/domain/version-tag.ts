import { invalidInput } from '@definitivedx/errors';

/** A case's version as an entity tag. */
export const tagOf = (version: number): string => `"${String(version)}"`;

/**
 * The version a client expects, from If-Match; undefined when it expects none.
 * @throws AppError `invalid-input` for anything but one tag of ours or `*`.
 */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const digits = /^"([1-9]\d{0,8})"$/.exec(ifMatch)?.[1];
  if (digits === undefined) {
    throw invalidInput('Send If-Match with the ETag you were given for the case, for example "3".', [
      { path: 'If-Match', message: 'is not an ETag of a case' },
    ]);
  }
  return Number(digits);
}
