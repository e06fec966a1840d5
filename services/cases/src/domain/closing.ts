import type { CaseStatus } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { isOpen, move } from './status.js';

/** The status of a case once its requester has closed it, or a conflict that says why they cannot. */
export function statusAfterClosing(status: CaseStatus): CaseStatus {
  const closed = move(status, 'close', 'requester');
  if (closed !== undefined) return closed;
  throw conflict(
    isOpen(status)
      ? 'This case has no advice to close it with yet. It can be closed once advice has been given.'
      : 'This case has already ended. Please read it again.',
  );
}
