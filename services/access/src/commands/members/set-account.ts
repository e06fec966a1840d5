import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, setAccount as contract } from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../../data/audit.js';
import { assertActing } from '../../data/directory.js';
import { erasureOf } from '../../data/erasures.js';
import { lockPanelsOf, nextLead } from '../../data/own-panels.js';
import { activePlaces, lockAccount, setAccountStatus } from '../../data/places.js';
import { lockRegistration } from '../../data/registration.js';
import { endPanel, leadBy, type Change } from '../panels/leaving.js';
import { tellOfEnding } from './ending.js';

/**
 * Disables a whole account, in every organisation, or enables it again. Places and panels stay, for when it is enabled, but no panel
 * stays without an active lead.
 * @throws AppError `not-found`, `conflict` for one's own account.
 */
export async function setAccount(
  service: ServiceContext,
  caller: Caller,
  { memberId, status }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const now = service.clock.now();
  await service.db.transaction(async (tx) => {
    if (caller.kind === 'member') {
      await assertActing(tx, caller);
      if (caller.memberId === memberId)
        throw conflict('This is your own account. Another operator has to disable it.');
    }
    await lockRegistration(tx);
    const before = await lockAccount(tx, memberId);
    if (before === undefined) throw notFound('member');
    if (status === 'active' && (await erasureOf(tx, memberId))?.erasedAt)
      throw conflict('This person was erased, which is not to be undone. Register them anew.');
    if (before !== status) {
      setAccountStatus(tx, memberId, status);
      if (status === 'disabled') {
        for (const organisationId of await activePlaces(tx, memberId))
          await handOverPanels({ tx, organisationId, now }, memberId);
      }
    }
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(caller),
      act: status === 'disabled' ? 'account.disable' : 'account.enable',
      outcome: 'allowed',
      subjectId: memberId,
      traceId: currentTraceId(),
    });
  });
  return { memberId, status };
}

async function handOverPanels(change: Change, memberId: string): Promise<void> {
  const { tx, organisationId } = change;
  for (const { panelId, leadMemberId } of await lockPanelsOf(tx, memberId, organisationId)) {
    if (leadMemberId !== memberId) continue;
    const next = await nextLead(tx, panelId, memberId);
    if (next === undefined) await endPanel(change, panelId, 'nobody-left');
    else await leadBy(change, panelId, next, memberId);
  }
  await tellOfEnding(change, memberId, 'account-disabled');
}
