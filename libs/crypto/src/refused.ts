import { AppError } from '@definitivedx/errors';

/**
 * Why a stored file was refused.
 * `header`: not this format or version. `key`: wrong key, wrong file or case, or a changed header.
 * `segment`: a segment is changed, moved or foreign. `length`: bytes are missing or too many.
 */
export type RefusalReason = 'header' | 'key' | 'segment' | 'length';

/** What is stored is not what was encrypted for this file. Bytes released before it was thrown are authentic, but not all. */
export class RefusedFile extends AppError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, cause?: unknown) {
    super(
      'internal',
      'This file is stored damaged and cannot be opened. Please attach it again, and report this so that it is looked into.',
      { cause: cause ?? new Error(`encrypted file refused: ${reason}`) },
    );
    this.name = 'RefusedFile';
    this.reason = reason;
  }
}
