import { emit, type EventContext, type ServiceContext } from '@definitivedx/bus';
import { erasedInCases, type DataOf, type memberErased } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { eraseDeparture } from '../data/departures.js';
import { eraseDrafts } from '../data/drafts.js';
import { eraseReservations, responsibleFor } from '../data/erasure.js';
import { eraseFilters } from '../data/filters.js';
import { eraseFollows } from '../data/following.js';

/**
 * This service's part of an erasure. Cases and posts belong to a child's record and stay; they hold their author's id and no
 * name. Whoever became responsible for a case in the moment before is not let go unnoticed: it is tried again, and then a
 * dead letter calls the operators.
 * @throws AppError `conflict` while they answer for an open case
 */
export async function eraseMember(
  { clock }: ServiceContext,
  { tx }: EventContext,
  { memberId }: DataOf<typeof memberErased>,
): Promise<void> {
  if ((await responsibleFor(tx, memberId)) > 0)
    throw conflict('This member answers for an open case. Have it handed over, then replay the dead letter.');
  const rows = {
    reserved_ids: await eraseReservations(tx, memberId),
    departure: await eraseDeparture(tx, memberId),
    follow: await eraseFollows(tx, memberId),
    saved_filter: await eraseFilters(tx, memberId),
    draft: await eraseDrafts(tx, memberId),
  };
  emit(tx, erasedInCases, memberId, { memberId, rows, at: clock.now().toISOString() });
}
