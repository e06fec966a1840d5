import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, erasedAtGateway as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { erasureOf, keepErasedPart } from '../data/erasures.js';

/** Records that the gateway has erased its part. */
export async function erasedAtGateway(
  { db, clock }: ServiceContext,
  { memberId, rows }: InputOf<typeof contract>,
): Promise<Record<string, never>> {
  await db.transaction(async (tx) => {
    if (!(await erasureOf(tx, memberId))?.erasedAt) throw notFound('erasure');
    keepErasedPart(tx, { memberId, service: 'gateway', at: clock.now(), rows });
  });
  return {};
}
