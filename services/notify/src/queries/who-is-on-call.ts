import type { InputOf, ReplyOf, whoIsOnCall as contract } from '@definitivedx/contracts';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { dutiesOf } from '../data/rotas.js';
import { knownDuties } from '../domain/known-duties.js';

/** Who is on call for each panel at a moment, and when that next changes. A panel without a rota has nobody. */
export async function whoIsOnCall(
  service: ServiceContext,
  _caller: Caller,
  { panelIds, at }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const moment = at === undefined ? service.clock.now() : new Date(at);
  const duties = await dutiesOf(service.db, panelIds, moment);
  return {
    onCall: panelIds.map((panelId) => {
      const duty = duties.get(panelId) ?? { rota: null, overrides: [] };
      const { memberId, until } = knownDuties.at(duty.rota, duty.overrides, moment);
      return { panelId, memberId, until: until?.toISOString() ?? null };
    }),
  };
}
