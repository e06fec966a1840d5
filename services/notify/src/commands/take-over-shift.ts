import { asMember, type Caller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import {
  callerPrincipals,
  type InputOf,
  type ReplyOf,
  type takeOverShift as contract,
} from '@definitivedx/contracts';
import { conflict, forbidden } from '@definitivedx/errors';
import { v7 as uuidv7 } from 'uuid';
import { dutiesOf, saveOverride } from '../data/rotas.js';
import { armTimer } from '../data/timers.js';
import { onCallAt, takeOverUntil } from '../domain/on-call.js';
import type { NotifyTimers } from '../work/timers.js';

/**
 * Puts the caller on call for a panel of theirs from now until the running shift would have ended; the shift change
 * and its hand-over follow at once. An override set later, such as one that undoes it, wins.
 * @throws AppError `forbidden` when the panel is not one of the caller's, `conflict` when they are on call already.
 */
export async function takeOverShift(
  service: ServiceContext,
  timekeeper: Pick<NotifyTimers, 'wake'>,
  caller: Caller,
  { commandId, panelId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { memberId } = asMember(caller);
  const { principals } = await service.bus.request(callerPrincipals, caller, {});
  if (!principals.includes(panelId)) {
    throw forbidden(
      "Only a specialist of the panel can take over its shift. Ask the panel's lead to add you.",
    );
  }
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const from = service.clock.now();
      const duty = (await dutiesOf(tx, [panelId], from)).get(panelId);
      const rota = duty?.rota ?? null;
      const overrides = duty?.overrides ?? [];
      if (onCallAt(rota, overrides, from).memberId === memberId) {
        throw conflict('You are on call for this panel already.');
      }
      const until = takeOverUntil(rota, overrides, from);
      await saveOverride(tx, { overrideId: uuidv7(), panelId, memberId, from, until });
      await armTimer(tx, { kind: 'shift-change', panelId, dueAt: from }, from);
      tx.afterCommit(() => {
        timekeeper.wake();
      });
      return { from: from.toISOString(), until: until.toISOString() };
    }),
  );
}
