import type { ServiceContext } from '@definitivedx/bus';
import { erasedAtGateway, erasuresAtGateway } from '@definitivedx/contracts';
import { eraseRows } from '../data/erasure.js';

/** Erases what the gateway keeps of one member, and has that recorded. */
export async function eraseHere({ db, bus }: ServiceContext, memberId: string): Promise<void> {
  const rows = await db.transaction((tx) => eraseRows(tx, memberId));
  await bus.request(erasedAtGateway, await bus.self(), { memberId, rows });
}

/** Erases whatever is left of erased members here. The gateway consumes no events: it asks, so that a crash loses nothing. */
export async function eraseWhatIsLeft(service: ServiceContext): Promise<void> {
  const { memberIds } = await service.bus.request(erasuresAtGateway, await service.bus.self(), {});
  for (const memberId of memberIds) await eraseHere(service, memberId);
}
