import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { forbidden } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit } from '../data/audit.js';
import { mayReadAudit } from '../data/audit-readers.js';

/**
 * Lets through who may read their organisation's audit, or the platform's, now, and writes that to the audit, which is
 * a condition of reading it. A refusal is written as well.
 * @param detail what was looked for, in codes and ids
 * @throws AppError `forbidden` when the role has ended since the caller signed in
 */
export async function auditReading(
  { db, clock }: ServiceContext,
  caller: Caller,
  act: 'audit.export' | 'audit.search' | 'audit.search-platform',
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const role = act === 'audit.search-platform' ? 'operator' : 'organisation-admin';
  // A program's token was checked against its registration at the door, this second.
  const allowed = caller.kind !== 'member' || (await mayReadAudit(db, caller, role));
  await appendAudit(db, {
    at: clock.now(),
    actor: actorOf(caller),
    act,
    outcome: allowed ? 'allowed' : 'refused',
    detail,
    traceId: currentTraceId(),
  });
  if (!allowed) throw forbidden(`This needs the role ${role}, which you no longer have here.`);
}
