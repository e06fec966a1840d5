import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, withdrawConsent as contract } from '@definitivedx/contracts';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { endConsent } from '../data/consent-history.js';

/**
 * Ends the caller's consent to a kind of text. The gateway asks anew each second whether consent is current, so that
 * within two seconds every replica of it refuses all but the texts. Repeating it changes nothing.
 */
export async function withdrawConsent(
  { db, clock }: ServiceContext,
  caller: Caller,
  { kind }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { memberId } = asMember(caller);
  const at = clock.now();
  const versions = await db.transaction(async (tx) => {
    const ended = await endConsent(tx, memberId, kind, at);
    if (ended.length > 0) {
      appendAuditWith(tx, {
        at,
        actor: actorOf(caller),
        act: 'consent.withdraw',
        outcome: 'allowed',
        detail: { kind, versions: ended },
        traceId: currentTraceId(),
      });
    }
    return ended;
  });
  return { withdrawnAt: versions.length > 0 ? at.toISOString() : null };
}
