import { emit, type EventContext, type ServiceContext } from '@definitivedx/bus';
import { erasedInNotify, type DataOf, type memberErased } from '@definitivedx/contracts';
import { eraseRows } from '../data/erasure.js';

/** This service's part of an erasure. */
export async function eraseMember(
  { clock }: ServiceContext,
  { tx }: EventContext,
  { memberId }: DataOf<typeof memberErased>,
): Promise<void> {
  const rows = await eraseRows(tx, memberId);
  emit(tx, erasedInNotify, memberId, { memberId, rows, at: clock.now().toISOString() });
}
