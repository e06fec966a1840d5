import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, currentTexts as contract } from '@definitivedx/contracts';
import { textsInForce } from '../data/consents.js';

/** The texts in force in full, and when the caller accepted each. */
export async function currentTexts(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  const texts = await textsInForce(service.db, asMember(caller).memberId, service.clock.now());
  return {
    texts: texts.map((text) => ({
      ...text,
      effectiveFrom: text.effectiveFrom.toISOString(),
      acceptedAt: text.acceptedAt?.toISOString() ?? null,
    })),
  };
}
