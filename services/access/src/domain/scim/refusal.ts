import { AppError } from '@definitivedx/errors';
import { scimTypePath } from '@definitivedx/contracts';

/** Detail keywords of RFC 7644, table 9, that we answer with. */
export type ScimType =
  'invalidFilter' | 'invalidPath' | 'invalidValue' | 'invalidSyntax' | 'noTarget' | 'mutability';

/** A refusal as SCIM says it; the keyword travels as an issue. */
export const refusal = (type: ScimType, message: string): AppError =>
  new AppError('invalid-input', message, { issues: [{ path: scimTypePath, message: type }] });
